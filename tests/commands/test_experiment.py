import re
import sys
from pathlib import Path

import pytest
import yaml

from heschl.commands import main
from heschl.params import plain
from tests.helpers.listening import BEHAVIOR, PARAMS


def test_command_builds_reports_and_fails_in_one_line(opened, tmp_path, fake_modules, monkeypatch, capsys):
    def command():
        Path("params.yaml").write_text(yaml.safe_dump({"experiment": values, "behavior": BEHAVIOR}))
        monkeypatch.setattr(sys, "argv", ["heschl", "experiment", "out", "--shards", str(opened.folder)])
        main.main()
        return capsys.readouterr().out

    monkeypatch.chdir(tmp_path)
    values = plain(PARAMS)
    assert re.fullmatch(r"out: built, 2 sessions, \d+ clips\n", command())
    assert command().startswith("out: already up to date,")
    values["trials"] = {"word": 99, "genre": 1}
    with pytest.raises(SystemExit, match=r"^heschl experiment: experiment.trials.word is 99, .*$"):
        command()
