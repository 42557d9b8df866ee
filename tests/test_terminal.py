"""Output on a terminal that is not UTF-8: of commands, of stages, of names that are not text."""

import os
import subprocess
import sys

import pytest

COMMAND = "from heschl.commands import main; main.main()"
STAGE = "from heschl.stage import Stage; stage = Stage('t'); stage.result('r² Ü\\xa0é … ∞ ' + chr(0xDCFF))"


def run(code, *arguments, encoding):
    environment = os.environ | {"PYTHONIOENCODING": encoding, "LC_ALL": "C.UTF-8"}
    return subprocess.run([sys.executable, "-c", code, *arguments], env=environment, capture_output=True)


@pytest.mark.parametrize(("encoding", "line"), [("ascii", rb"r2 \xdc \xe9 ... \u221e \udcff"),
                                                ("utf-8", "r² Ü\xa0é … ∞ \\udcff".encode())])  # fmt: skip
def test_a_stage_prints_its_result_in_every_encoding(encoding, line):
    done = run(STAGE, encoding=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert line in done.stdout


def test_a_command_prints_an_error_in_ascii():
    done = run(COMMAND, "preset", "Größe", encoding="ascii")
    assert done.returncode == 1
    assert rb"There is no preset 'Gr\xf6\xdfe'" in done.stderr
    assert b"Traceback" not in done.stderr
