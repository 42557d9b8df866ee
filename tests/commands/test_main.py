import importlib
import sys

import pytest

from pipeline.commands import main
from pipeline.params import parse


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


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_has_a_module_and_a_help_text_of_80_columns(monkeypatch, capsys, name):
    monkeypatch.setenv("COLUMNS", "80")
    assert importlib.import_module(f"pipeline.commands.{name}").__doc__.startswith(f"heschl {name}")
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
