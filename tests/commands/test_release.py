"""heschl release: one command from a finished training to a network that is loaded by its name."""

import json
import sys
from pathlib import Path

import pandas as pd
import pytest
import soundfile
import torch
import yaml

from heschl import presets, pretrained
from heschl.commands import main
from heschl.network.saved import load_network
from heschl.params import Loader, load_all
from tests.helpers.recognition import RATE, noise
from tests.helpers.releases import project, released_from

__all__ = ["project", "released_from"]


def run(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["heschl", *map(str, words)])
    main.main()


@pytest.mark.usefixtures("project")
def test_a_release_is_found_by_its_name_and_answers_as_the_network_did(monkeypatch, capsys):
    run(monkeypatch, "release", "tiny-words", "--sources", "sources.csv")
    folder = pretrained.FOLDER / "tiny-words"
    out, err = capsys.readouterr()
    assert out.startswith(f"{folder}: ")
    assert err == ""
    assert pretrained.names() == [pretrained.default()] == ["tiny-words"]
    trained, loaded = load_network("models/network"), load_network("tiny-words")
    sound = 0.1 * torch.randn(4, trained.sound.samples)
    with torch.inference_mode():
        ours, theirs = trained(sound), loaded(sound)
    assert max(float((ours[task] - theirs[task]).abs().max()) for task in ours) == 0
    card = (folder / pretrained.CARD).read_text()
    clips = len(pd.read_csv("metrics/clips.csv"))
    assert f"run again on the {clips} test clips" in " ".join(card.split())
    text = presets.lay_over("params.yaml", folder / pretrained.PARAMS)
    assert yaml.load(text, Loader) == load_all("params.yaml")
    run(monkeypatch, "release", "tiny-words", "--sources", "sources.csv")
    assert (folder / pretrained.CARD).read_text() == card  # the same again


@pytest.mark.usefixtures("project")
def test_another_folder_and_half_precision(monkeypatch, tmp_path):
    run(monkeypatch, "release", "tiny-words", "--sources", "sources.csv", "--out", tmp_path / "x", "--half")
    folder = tmp_path / "x" / "tiny-words"
    assert "in 16 bits" in (folder / pretrained.CARD).read_text()
    state = load_network(folder).network.state_dict()
    assert all(value.dtype in (torch.float32, torch.int64) for value in state.values())
    assert pretrained.names() == []


def test_without_shards_it_says_that_metrics_were_not_checked(project, monkeypatch, capsys):
    (project / "data/shards/index.json").unlink()
    run(monkeypatch, "release", "tiny-words", "--sources", "sources.csv")
    assert "without data/shards it is not checked" in capsys.readouterr().err
    assert "run again on" not in (pretrained.FOLDER / "tiny-words" / pretrained.CARD).read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["Tiny"], "The name is 'Tiny'"),
        (["tiny"], "--sources FILE"),
        (["tiny", "--network", "absent"], r"absent/config\.json is missing"),
        (["tiny", "--sources", "absent.csv"], r"absent\.csv"),
    ],
)
@pytest.mark.usefixtures("project")
def test_errors_are_lines_and_leave_nothing(monkeypatch, words, message):
    with pytest.raises(SystemExit, match=rf"^heschl release: .*{message}"):
        run(monkeypatch, "release", *words)
    assert list(pretrained.FOLDER.iterdir()) == []


def test_an_error_leaves_the_earlier_release_as_it_was(project, monkeypatch):
    run(monkeypatch, "release", "tiny-words", "--sources", "sources.csv")
    folder = pretrained.FOLDER / "tiny-words"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (project / "metrics/summary.json").unlink()  # found when the card is filled
    with pytest.raises(SystemExit, match=r"summary\.json is missing"):
        run(monkeypatch, "release", "tiny-words", "--sources", "sources.csv")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in pretrained.FOLDER.iterdir()] == ["tiny-words"]


def test_a_network_that_is_too_large_is_refused(project, monkeypatch):
    monkeypatch.setattr("heschl.release.write.weights.__defaults__", (100,))
    with pytest.raises(SystemExit, match=r"The weights have [\d,]+ bytes; expected at most 100\. Train"):
        run(monkeypatch, "release", "tiny-words", "--sources", "sources.csv")


def test_recognize_uses_it_by_name_and_without_a_trained_network(project, monkeypatch, capsys):
    soundfile.write("a.wav", noise(RATE), RATE)
    run(monkeypatch, "release", "tiny-words", "--sources", "sources.csv")
    card = pretrained.FOLDER / "tiny-words" / pretrained.CARD
    named = f"Network: tiny-words (pretrained; {card}): 2 word labels, 2 genre labels\n"
    assert recognized(monkeypatch, capsys, "a.wav").startswith("Network: models/network (run run): ")
    assert recognized(monkeypatch, capsys, "a.wav", "--network", "tiny-words").startswith(named)
    (project / "models/network").rename(project / "models/other")
    assert recognized(monkeypatch, capsys, "a.wav").startswith(named)
    assert recognized(monkeypatch, capsys, "a.wav", "--network", "models/other").startswith(
        "Network: models/other: "
    )
    with pytest.raises(SystemExit, match=r"Pretrained networks: tiny-words\."):
        run(monkeypatch, "recognize", "a.wav", "--network", "tiny")


def recognized(monkeypatch, capsys, *words):
    capsys.readouterr()
    with pytest.raises(SystemExit, match="0"):
        run(monkeypatch, "recognize", *words)
    return capsys.readouterr().out


@pytest.mark.usefixtures("project")
def test_compare_lets_a_network_answer_the_test_clips(monkeypatch, capsys):
    run(monkeypatch, "release", "tiny-words", "--sources", "sources.csv")
    run(monkeypatch, "register", "tiny", "--alias", "best")
    capsys.readouterr()
    for other in ("tiny-words", "models/network", "models:/tiny@best"):
        run(monkeypatch, "compare", "metrics/clips.csv", other, "--json")
        rows = json.loads(capsys.readouterr().out)
        assert {row["same"] for row in rows} == {1}
    path = Path("models/network/config.json")
    config = json.loads(path.read_text())
    config["labels"]["word"].reverse()
    path.write_text(json.dumps(config))
    with pytest.raises(SystemExit, match=r"heschl compare: .*they differ in their order"):
        run(monkeypatch, "compare", "metrics/clips.csv", "models/network")
