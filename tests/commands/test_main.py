import importlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from heschl.commands import main
from heschl.params import parse

ROOT = Path(__file__).parents[2]


def run(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["heschl", *words])
    main.main()


@pytest.mark.parametrize("words", [(), ("--help",)])
def test_heschl_lists_its_commands(monkeypatch, capsys, words):
    run(monkeypatch, *words)
    text = capsys.readouterr().out
    assert all(f"  {name:<12}{line}\n" in text for name, line in main.COMMANDS.items())


def test_an_unknown_command_is_named_and_the_commands_are_listed(monkeypatch):
    with pytest.raises(SystemExit, match=r"there is no command 'listen'(?s:.*)experiment "):
        run(monkeypatch, "listen")


@pytest.mark.parametrize(
    ("given", "meant"),
    [("recognise", "recognize"), ("Check", "check"), ("presets", "preset"), ("run", "runs")],
)
def test_a_misspelled_command_suggests_the_right_one(monkeypatch, given, meant):
    with pytest.raises(SystemExit, match=f"there is no command '{given}'. Did you mean `heschl {meant}`"):
        run(monkeypatch, given)


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_that_of_the_project(monkeypatch, capsys, option):
    run(monkeypatch, option)
    with open(ROOT / "pyproject.toml", "rb") as file:
        assert capsys.readouterr().out == f"heschl {tomllib.load(file)['project']['version']}\n"


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_has_a_module_and_a_help_text_of_80_columns(monkeypatch, capsys, name):
    monkeypatch.setenv("COLUMNS", "80")
    assert importlib.import_module(f"heschl.commands.{name}").__doc__.startswith(f"heschl {name}")
    with pytest.raises(SystemExit, match="0"):
        run(monkeypatch, name, "--help")
    text = capsys.readouterr().out
    assert text.startswith(f"usage: heschl {name} [-h]")
    assert max(map(len, text.splitlines())) <= 80


def test_errors_of_the_pipeline_are_lines_and_others_are_not():
    with pytest.raises(SystemExit, match=r"^heschl test: params.yaml: "), main.command("heschl test"):
        parse("experiment", None, int)
    with pytest.raises(TypeError), main.command("heschl test"):
        len(1)


def test_an_error_of_a_file_is_a_line_that_names_it(tmp_path):
    said = r"^heschl test: .*No such file.*absent"
    with pytest.raises(SystemExit, match=said), main.command("heschl test"):
        (tmp_path / "absent").read_text()


def test_a_reader_that_ends_early_ends_the_command():
    code = "from heschl.commands import main; main.main()"
    command = f"{sys.executable} -c '{code}' preset | head -c 1"
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    done = subprocess.run(command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stderr == ""
