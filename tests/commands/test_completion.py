"""heschl completion: what bash offers."""

import shlex
import shutil
import subprocess
import sys

import pytest

from heschl.commands import completion, main


@pytest.fixture(scope="module")
def script():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["heschl", "completion", "bash"])
        done = []
        patch.setattr("builtins.print", done.append)
        main.main()
    return done[0]


@pytest.fixture
def offered(script, tmp_path):
    """Return what bash offers after a line that was typed in a folder with a file and a folder."""
    (tmp_path / "song.wav").touch()
    (tmp_path / "sounds").mkdir()
    (tmp_path / "script").write_text(script)

    def ask(line):
        words = line.split(" ")
        code = (
            f"source ./script; COMP_WORDS=({' '.join(map(shlex.quote, words))}); "
            f"COMP_CWORD={len(words) - 1}; "
            '_shtab_heschl; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        done = subprocess.run(["bash", "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.split()

    return ask


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("heschl rec", {"recognize"}),
        ("heschl re", {"recognize", "register", "release", "retrain"}),
        ("heschl register words --a", {"--alias"}),
        ("heschl recognize --network s", {"sounds"}),
        ("heschl recognize so", {"song.wav", "sounds"}),
    ],
)
def test_bash_offers_commands_options_and_paths(offered, line, expected):
    assert set(offered(line)) == expected


def test_every_command_is_offered(offered):
    assert set(main.COMMANDS) <= set(offered("heschl "))


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_every_shell_has_a_script(monkeypatch, capsys, shell):
    monkeypatch.setattr(sys, "argv", ["heschl", "completion", shell])
    main.main()
    assert "recognize" in capsys.readouterr().out


def test_an_unknown_shell(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["heschl", "completion", "cmd"])
    with pytest.raises(SystemExit):
        main.main()
    assert "invalid choice: 'cmd'" in capsys.readouterr().err
