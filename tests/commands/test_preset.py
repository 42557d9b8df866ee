import errno
import os
from pathlib import Path

import pytest
import yaml

from heschl.commands import main as heschl

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with params.yaml and presets/, and a function that runs `heschl preset` in it."""
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    (tmp_path / "presets").symlink_to(ROOT / "presets")
    monkeypatch.chdir(tmp_path)

    def preset(*arguments):
        monkeypatch.setattr("sys.argv", ["heschl", "preset", *arguments])
        heschl.main()
        return yaml.safe_load(Path("params.yaml").read_text())

    return preset


def test_a_preset_is_written_into_params(project, capsys):
    values = project("ci")
    assert values["shards"]["clips"] == 50
    assert "params.yaml has the values of ci." in capsys.readouterr().out
    assert sorted(path.name for path in Path().iterdir()) == ["params.yaml", "presets"]


def test_several_presets_in_order_go_to_another_file(project):
    before = Path("params.yaml").read_text()
    project("ci", "kell2018", "--output", "small.yaml")
    values = yaml.safe_load(Path("small.yaml").read_text())
    assert (values["shards"]["clips"], values["train"]["batch_size"]) == (50, 128)
    assert values["network"]["layers"][-1] == "fc6 = linear(units=1024)"
    assert Path("params.yaml").read_text() == before


def test_a_folder_without_presets_is_said_to_have_none(project):
    Path("presets").unlink()
    with pytest.raises(SystemExit, match=r"presets/ has no preset: run the command in the folder"):
        project()


def test_without_a_name_the_presets_are_listed(project, capsys):
    project()
    lines = capsys.readouterr().out.splitlines()
    names = [
        "ci",
        "cochdnn",
        "kell2018",
        "metamers-published",
        "real",
        "recordings",
        "search-published",
        "where",
        "where-published",
    ]
    assert [line.split()[0] for line in lines] == names
    assert lines[2].endswith("The network and cochleagram of Kell et al. 2018. Needs a GPU.")


def test_an_error_is_one_line_and_leaves_params_as_they_are(project):
    before = Path("params.yaml").read_text()
    Path("mine.yaml").write_text("train:\n  epoch: 3\n")
    with pytest.raises(SystemExit, match=r"mine\.yaml, line 2: train\.epoch .* train\.epochs\?"):
        project("ci", "mine.yaml")
    with pytest.raises(SystemExit, match="heschl preset: There is no preset 'kell'"):
        project("kell")
    assert Path("params.yaml").read_text() == before


def test_a_full_disk_leaves_params_as_they_are_and_no_other_file(project, monkeypatch):
    before = Path("params.yaml").read_text()

    def full(part, path):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(SystemExit, match="heschl preset: the disk is full"):
        project("ci")
    assert Path("params.yaml").read_text() == before
    assert sorted(path.name for path in Path().iterdir()) == ["params.yaml", "presets"]


def test_the_next_command_can_be_typed_as_it_is_printed(project, capsys):
    project("ci", "--output", "my presets/small.yaml")
    printed = capsys.readouterr().out
    assert printed.endswith("Next: cp 'my presets/small.yaml' params.yaml && dvc repro\n")
