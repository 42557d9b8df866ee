"""heschl eccc: a miniature of the corpus, and a network with random weights that knows high and low."""

import re
import shutil
import sys

import pytest

from heschl import pretrained
from heschl.commands import eccc
from heschl.eccc.answers import COLUMNS
from heschl.network.saved import load_network, read_config
from heschl.network.tensors import serialized
from heschl.release import write
from heschl.tables import read_csv
from tests.eccc.miniature import ROWS, made


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["eccc", *map(str, arguments)])
    eccc.main()


def test_the_summary_is_printed_and_the_clips_are_written(network, tmp_path, monkeypatch, capsys):
    corpus, out = made(tmp_path / "corpus"), tmp_path / "tables" / "clips.csv"
    run(monkeypatch, corpus, "--network", network, "--top", "2", "--out", out)
    text, err = capsys.readouterr()
    assert err == ""
    assert f"Network: {network}: 2 words\n" in text
    assert "5 clips\n" in text
    assert "    1 left out: their target is not in the network's vocabulary\n" in text
    assert "    4 answered; 1 of them without the listeners' confusion in the vocabulary\n" in text
    assert re.search(r"SNR of the files: at most 0\.00\d dB from the table", text)
    table = read_csv(out, COLUMNS)
    assert table["id"].tolist() == ["1", "2", "30", "32"]
    assert set(table["answer"]) <= {"high", "low"}
    share = (table["target_rank"] == 1).mean()
    assert re.search(rf"names the target +{100 * share:.1f} % \(.* to .*\), 4 clips of 2 targets", text)
    among = text.split("has it among its first 2")[1].splitlines()
    low = 100 * 0.025 ** (1 / 2)  # Clopper & Pearson, both of two targets
    assert among[0].endswith(f"100.0 % ({low:.1f} to 100.0), 3 clips of 2 targets")
    assert [line.split("100.0 %")[1] for line in among[1:4]] == ["", "  p 1.0000", "  p 1.0000"]
    assert max(map(len, text.split("SNR of")[1].splitlines()[:14])) <= 80
    run(monkeypatch, corpus, "--network", network, "--out", tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == out.read_bytes()


def test_the_network_of_the_project_answers_by_default(network, tmp_path, monkeypatch, capsys):
    corpus = made(tmp_path / "corpus", rows=ROWS[2:])
    shutil.copytree(network, tmp_path / "models" / "network")
    monkeypatch.chdir(tmp_path)
    run(monkeypatch, corpus)
    text = capsys.readouterr().out
    assert text.startswith("Network: models/network (run run): 2 words\n")
    assert re.search(r"has it among its first 5 +100\.0 % .*, 1 clips of 1 targets", text)


def test_measures_without_clips_say_so(network, tmp_path, monkeypatch, capsys):
    run(monkeypatch, made(tmp_path / "corpus", rows=ROWS[2:3]), "--network", network)
    assert capsys.readouterr().out.count("no clip") == 2


def test_sounds_at_another_snr_are_named(network, tmp_path, monkeypatch, capsys):
    corpus = made(tmp_path / "corpus")
    table = corpus / "confusionCorpus_v1.2.csv"
    table.write_text(table.read_text().replace("-1.25", "-7.25"))
    run(monkeypatch, corpus, "--network", network)
    out, err = capsys.readouterr()
    assert "at most 6.00" in out
    assert re.fullmatch(r"heschl eccc: 1 of 4 files differ from the SNR .* 0\.1 dB, .* ID 2\..*\n", err)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--network", "nowhere"], r"^heschl eccc: nowhere/config\.json is missing"),
        (["--network", "NETWORK", "absent"], r"^heschl eccc: absent: no such folder"),
    ],
)
def test_errors_are_one_line(network, tmp_path, monkeypatch, arguments, message):
    given = [str(network) if each == "NETWORK" else each for each in arguments]
    with pytest.raises(SystemExit, match=message):
        run(monkeypatch, *given, *([] if "absent" in given else [tmp_path]))


def test_no_target_in_the_vocabulary_is_one_line_and_zero_answers_are_refused(network, tmp_path, monkeypatch):
    corpus = made(tmp_path / "corpus", rows=ROWS[3:4])
    with pytest.raises(SystemExit, match="none of the 1 clips has a target in the network's vocabulary"):
        run(monkeypatch, corpus, "--network", network)
    with pytest.raises(SystemExit, match="2"):
        run(monkeypatch, corpus, "--network", network, "--top", "0")


def test_without_a_trained_network_a_pretrained_one_answers(network, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "pretrained" / "tiny-words"
    folder.mkdir(parents=True)
    write.stage(folder, serialized(load_network(network).network.state_dict()), read_config(network), "")
    (folder / pretrained.CARD).write_text("")
    monkeypatch.setattr(pretrained, "FOLDER", folder.parent)
    corpus, here = made(tmp_path / "corpus"), tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    run(monkeypatch, corpus)
    by_default = capsys.readouterr().out
    assert by_default.startswith(f"Network: tiny-words (pretrained; {folder / 'card.md'}): 2 words\n")
    run(monkeypatch, corpus, "--network", "tiny-words")
    assert capsys.readouterr().out == by_default
