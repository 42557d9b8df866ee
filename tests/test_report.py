"""The page holds everything, loads nothing, believes no label, and says what its numbers say."""

import base64
import io
import json
import shutil
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
import soundfile

from pipeline import report

EVIL = '<img src=x onerror="alert(1)">{{ 7 * 7 }}&amp;'
VOID = {"meta", "img", "br", "hr", "link", "input", "path", "use"}
RATE = 8000
LABELS = {"word": ["7", "null", EVIL, "__genre__"], "genre": ["folk", "rock", "__speech__"]}
BACKGROUNDS = ("clean", "scene", "babble2", "shaped")


class Page(HTMLParser):
    """The tags, attributes and text of a page; fails on a tag that is not closed or closes another."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.open = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def scores(value):
    return dict(zip(report.SCORES, [value, value - 0.05, value + 0.05, value + 0.1, value, 0.99], strict=True)) | {
        "n": 60
    }


def clips_of(task):
    rng = np.random.default_rng(len(task))
    conditions = [(kind, snr) for kind in BACKGROUNDS for snr in ((np.nan,) if kind == "clean" else (-9.0, 3.0))]
    for place, (kind, snr) in enumerate(conditions * 4):
        truth, answer = rng.choice(LABELS[task][:-1], 2)
        row = {"key": f"{task}{place:03d}", "task": task, "background": kind, "snr_db": snr, "source": "m3"}
        yield row | {"truth": truth, "answer": answer, "correct": truth == answer, "rank": 1, "probability": 0.5}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Write small outputs of evaluate, train and corpus."""
    folder = tmp_path_factory.mktemp("made")
    tasks = ("word", "genre")
    curves = [{"task": t, "background": k, "snr_db": s} for t in tasks for k in BACKGROUNDS[1:] for s in (-9, 3)]
    curves = [{"task": t, "background": "clean", "snr_db": None} | scores(0.8) for t in tasks] + [
        row | scores(0.6 if row["snr_db"] > 0 else 0.2) for row in curves
    ]
    evaluate = {
        **{task: {"clean": scores(0.8)} for task in tasks},
        "control": {"word_silenced": scores(0.3) | {"chance": 1 / 3}},
        "summary": {"word_clean": 0.784, "word_at_3dB": 0.52, "genre_clean": 0.7, "genre_at_3dB": 0.55},
        "chance": {"word": 1 / 3, "genre": 0.5},
    }
    history = {"epoch": [0, 1], "step": [9, 18], "train_loss": [3.0, None], "validation_word_accuracy": [None, 0.5]}
    config = {"tasks": tasks, "labels": LABELS, "parameters": 123456}
    units = {"rows": 9, "files": 3, "hours": 0.1, "units": {"train": 3, "validation": 2, "test": 1}}
    provenance = {
        "source": "synthetic",
        "text": f"Made by {EVIL}",
        "tables": {"words": units},
        "versions": {"espeak": "1.5"},
    }
    bad = [{"table": "words", "row": 4, "file": f"{EVIL}.wav", "reason": "empty"}]
    for name in ("metrics", "network", "corpus"):
        (folder / name).mkdir()
    pd.DataFrame(curves).to_csv(folder / "metrics/psychometric.csv", index=False)
    pd.DataFrame([row for task in tasks for row in clips_of(task)]).to_csv(folder / "metrics/clips.csv", index=False)
    pd.DataFrame(history).to_csv(folder / "network/history.csv", index=False)
    pd.DataFrame(bad).to_csv(folder / "corpus/quarantine.csv", index=False)
    (folder / "metrics/evaluate.json").write_text(json.dumps(evaluate))
    (folder / "network/config.json").write_text(json.dumps(config))
    (folder / "network/run_id").write_text("0123abcd\n")
    (folder / "corpus/provenance.json").write_text(json.dumps(provenance))
    (folder / "params.yaml").write_text(f"seed: 1 # {EVIL}\n")
    return folder


@pytest.fixture
def folders(made, tmp_path):
    """Return the arguments of `read`, of a copy that a test may break."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return arguments(tmp_path)


def arguments(folder):
    return folder / "metrics", folder / "network", folder / "corpus", folder / "params.yaml"


@pytest.fixture(scope="module")
def inputs(made):
    found = report.read(*arguments(made))
    chosen = report.choose_examples(found.clips, per_task=2, seed=1)
    return replace(found, examples=[example(row) for _, row in chosen.iterrows()])


@pytest.fixture(scope="module")
def html(inputs):
    return report.render(inputs)


def example(row):
    rng = np.random.default_rng(int(row.key[-3:]))
    return report.Example(
        **row[["key", "task", "background", "snr_db", "truth", "answer"]],
        top5=[(row.answer, 0.9), (EVIL, float("nan"))],
        waveform=rng.uniform(-1, 1, RATE // 10).astype("float32"),
        sample_rate=RATE,
        cochleagram=rng.random((8, 20)),
        frequencies_hz=np.geomspace(50, 4000, 8),
    )


def test_page_is_whole_and_loads_nothing(html):
    page = Page(html)
    loads = [
        attrs[key] for _, attrs in page.tags for key in ("src", "href", "xlink:href", "srcset", "data") if key in attrs
    ]
    assert len(loads) > 10 and all(load.startswith(("#", "data:")) for load in loads)
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert "default-src 'none'" in page.all("meta")[3]["content"]
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {load[1:] for load in loads if load.startswith("#")} <= set(ids)


def test_page_shows_each_input(html):
    page = Page(html)
    text = " ".join(" ".join(page.text).split())
    assert "0123abcd" in text and "make ui" in text and "espeak 1.5" in text and "seed: 1" in text
    assert "All sounds of this run are synthetic." in text
    assert text.count("80 %") == 4  # clean, of two tasks, in two tables each
    assert len(page.all("audio")) == len(page.all("img")) == 4
    assert all(attrs["alt"] for attrs in page.all("img")) and all(attrs["aria-label"] for attrs in page.all("svg"))


def test_page_of_recordings_does_not_say_synthetic(inputs):
    provenance = {**inputs.provenance, "source": "recordings"}
    few = replace(inputs, provenance=provenance, quarantine=inputs.quarantine[:0], examples=())
    text = report.render(few)
    assert "synthetic" not in text.lower()
    assert "No recording was quarantined" in text and "made without clips" in text


def test_one_task_without_control(inputs):
    evaluate = {key: inputs.evaluate[key] for key in ("genre", "summary", "chance")}
    one = replace(inputs, evaluate=evaluate, config={**inputs.config, "tasks": ["genre"]})
    page = Page(report.render(one))
    assert len(page.all("audio")) == 2 and len(page.all("svg")) == 3


def test_labels_and_paths_are_text(html):
    page = Page(html)
    assert all(attrs["src"].startswith("data:") for attrs in page.all("img"))
    assert not any("onerror" in attrs for _, attrs in page.tags)
    assert sum(EVIL in data for data in page.text) >= 5  # label, answer, provenance, file, params


def test_audio_is_the_waveform(inputs, html):
    sources = [attrs["src"] for attrs in Page(html).all("audio")]
    ordered = [each for task in ("word", "genre") for each in inputs.examples if each.task == task]
    for source, each in zip(sources, ordered, strict=True):
        heard, rate = soundfile.read(io.BytesIO(base64.b64decode(source.removeprefix("data:audio/wav;base64,"))))
        assert rate == RATE
        np.testing.assert_allclose(heard, each.waveform, atol=1.5 / 2**15)


def test_wav_clips_and_refuses_what_is_not_finite():
    heard, _ = soundfile.read(io.BytesIO(report.wav(np.array([2.0, -2.0]), RATE)))
    np.testing.assert_allclose(heard, [1, -1], atol=1 / 2**15)
    with pytest.raises(ValueError, match="not finite"):
        report.wav(np.array([0.0, np.nan]), RATE)


def test_page_repeats(inputs, html):
    assert report.render(inputs) == html


def test_sentence(inputs):
    said = report.sentence(inputs).replace("\u202f", " ").replace("\u00a0", " ")
    assert said == (
        "Names the word in 78 % of clean clips and 52 % at +3 dB SNR (3 words, chance 33.3 %); "
        "the genre in 70 % and 55 % at +3 dB (2 genres, chance 50 %)."
    )


@pytest.mark.parametrize(
    ("low", "high", "words"), [(0.02, 0.06, "in the"), (0.06, 0.1, "below"), (0.01, 0.04, "above")]
)
def test_verdict(low, high, words):
    assert f"Chance lies {words}" in report.verdict({"top1_low": low, "top1_high": high, "chance": 0.05})


@pytest.mark.parametrize(
    ("share", "digits", "text"), [(0.125, 1, "12.5 %"), (0.05, 1, "5 %"), (1, 0, "100 %"), (float("nan"), 1, "\u2013")]
)
def test_percent(share, digits, text):
    assert report.percent(share, digits).replace("\u202f", " ") == text


def test_labels_are_read_as_text(folders):
    clips = report.read(*folders).clips
    assert set(clips.truth) == {"7", "null", EVIL, "folk", "rock"}
    assert clips.correct.dtype == bool and clips.snr_db.isna().sum() == 8


@pytest.mark.parametrize("name", ["metrics/clips.csv", "network/run_id", "corpus/provenance.json"])
def test_missing_file_is_named(folders, tmp_path, name):
    (tmp_path / name).unlink()
    with pytest.raises(FileNotFoundError, match=rf"{name} is missing.*dvc repro"):
        report.read(*folders)


def test_broken_files_are_named(folders, tmp_path):
    good = (tmp_path / "metrics/psychometric.csv").read_text()
    (tmp_path / "metrics/psychometric.csv").write_text(good.replace("top5_low", "low"))
    with pytest.raises(ValueError, match=r"psychometric.csv lacks the columns \['top5_low'\]"):
        report.read(*folders)
    (tmp_path / "metrics/psychometric.csv").write_text("")
    with pytest.raises(ValueError, match=r"psychometric.csv is not a table.*dvc repro"):
        report.read(*folders)
    (tmp_path / "metrics/evaluate.json").write_text("{")
    with pytest.raises(ValueError, match=r"evaluate.json is not JSON.*dvc repro"):
        report.read(*folders)


def test_examples_are_varied_and_repeat(folders):
    clips = report.read(*folders).clips
    chosen = report.choose_examples(clips, per_task=4, seed=7)
    pd.testing.assert_frame_equal(chosen, report.choose_examples(clips[::-1], per_task=4, seed=7))
    assert not chosen.equals(report.choose_examples(clips, per_task=4, seed=8))
    for _, rows in chosen.groupby("task"):
        assert sorted(rows.background) == sorted(BACKGROUNDS)
        assert set(rows.correct) == {True, False} and rows.background.iloc[0] == "clean"
    assert set(chosen.task) == {"word", "genre"}


def test_more_examples_than_clips(folders):
    clips = report.read(*folders).clips
    assert sorted(report.choose_examples(clips, per_task=10**6, seed=7).key) == sorted(clips.key)
    assert len(report.choose_examples(clips, per_task=0, seed=7)) == 0
