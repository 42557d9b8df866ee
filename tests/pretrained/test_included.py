"""The networks that come with Heschl: complete, small enough, and better than chance on another corpus."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from scipy.signal import resample_poly

from heschl import pretrained
from heschl.network.saved import load_network
from heschl.tasks import named

DATA = Path(os.environ.get("HESCHL_RECORDINGS", Path(__file__).parents[3] / "shared" / "data"))
NAMES = pretrained.names()
MOST = 10_000_000  # bytes


@pytest.mark.parametrize("name", NAMES)
def test_it_loads_and_answers_without_recordings(name):
    folder, hearing = pretrained.find(name), load_network(name)
    assert sum(path.stat().st_size for path in folder.iterdir()) < MOST
    logits = hearing(0.05 * torch.randn(2, hearing.sound.samples))
    assert {task: each.shape for task, each in logits.items()} == {
        task: (2, len(names)) for task, names in hearing.labels.items()
    }
    assert all(each.isfinite().all() for each in logits.values())
    assert {path.name for path in folder.iterdir()} == {*pretrained.NEEDED, pretrained.PARAMS}


@pytest.mark.parametrize("name", NAMES)
def test_its_card_lists_labels_sources_and_restrictions(name):
    folder, labels = pretrained.find(name), load_network(name).labels
    card = (folder / pretrained.CARD).read_text(encoding="utf-8")
    for names in labels.values():
        assert ", ".join(named(names)) in card
    restricted = " NC" in card or "-NC" in card
    assert restricted == ("**For non-commercial use only**" in card)
    for text in (card, (folder / pretrained.PARAMS).read_text(encoding="utf-8")):
        assert not any(place in text for place in ("/home/", "/work/", "/tmp/"))


@pytest.mark.skipif(
    not (DATA / "fsdd").is_dir(), reason=f"no spoken digits in {DATA / 'fsdd'}; set HESCHL_RECORDINGS"
)
def test_it_names_digits_of_another_corpus():
    """Digits of the Free Spoken Digit Dataset, at 8 kHz, by speakers whom it never heard."""
    hearing, rows = load_network("real-words"), []
    with open(DATA / "words.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            token = Path(row["file"]).stem.rpartition("_")[2]
            if row["file"].startswith("fsdd/") and int(token) < 3:
                rows.append(row)
    clips = torch.from_numpy(np.stack([clip(DATA / row["file"], hearing.sound) for row in rows]))
    with torch.inference_mode():
        places = hearing(clips)["word"].argmax(1).tolist()
    correct = [hearing.labels["word"][place] == row["word"] for place, row in zip(places, rows, strict=True)]
    print(f"{np.mean(correct):.1%} of {len(rows)} digits of another corpus")
    assert len(rows) >= 60
    assert np.mean(correct) > 0.3  # chance is 0.04


def clip(file, sound):
    samples, rate = soundfile.read(file, dtype="float32")
    word = resample_poly(samples, sound.sample_rate, rate)[: sound.samples]
    padded = np.zeros(sound.samples, np.float32)
    start = (sound.samples - len(word)) // 2
    padded[start : start + len(word)] = word
    return padded
