"""The page holds everything, loads nothing, believes no label, and says what its numbers say."""

import base64
import io
import json
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch

from pipeline import examples, report
from pipeline.audio import Sound

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
    return dict(zip(report.SCORES, [value, value - 0.05, value + 0.05, value + 0.1, value, 0.99], strict=True)) | {"n": 60}


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
    noisy = [{"task": t, "background": k, "snr_db": s} | scores(0.4 + s / 15) for t in tasks for k in BACKGROUNDS[1:] for s in (-3, 3)]
    curves = [{"task": task, "background": "clean", "snr_db": None} | scores(0.8) for task in tasks] + noisy
    evaluate = {
        **{task: {"clean": scores(0.8)} for task in tasks},
        "control": {"word_silenced": scores(0.3) | {"chance": 1 / 3}},
        "summary": {"word_clean": 0.784, "word_at_3dB": 0.52, "genre_clean": 0.7, "genre_at_3dB": 0.55},
        "chance": {"word": 1 / 3, "genre": 0.5},
    }
    history = {"epoch": [0, 1], "step": [9, 18], "train_loss": [3.0, None], "validation_word_accuracy": [None, 0.5]}
    ear = {"filters": 30, "sample_factor": 2, "low_hz": 50.0, "high_hz": 4000.0}
    config = {"tasks": tasks, "labels": LABELS, "parameters": 123456, "cochleagram": ear}
    units = {"rows": 9, "files": 3, "hours": 0.1, "units": {"train": 3, "validation": 2, "test": 1}}
    provenance = {"source": "synthetic", "text": f"By {EVIL}", "tables": {"words": units}, "versions": {"espeak": "1.5"}}
    bad = [{"table": "words", "row": 4, "file": f"{EVIL}.wav", "reason": "empty"}]
    clips = [row for task in tasks for row in clips_of(task)]
    tables = {"metrics/psychometric": curves, "metrics/clips": clips, "network/history": history, "corpus/quarantine": bad}
    texts = {"metrics/evaluate": evaluate, "network/config": config, "corpus/provenance": provenance}
    for name in ("metrics", "network", "corpus"):
        (folder / name).mkdir()
    for name, table in tables.items():
        pd.DataFrame(table).to_csv(folder / f"{name}.csv", index=False)
    for name, values in texts.items():
        (folder / f"{name}.json").write_text(json.dumps(values))
    (folder / "network/run_id").write_text("0123abcd\n")
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
    chosen = examples.choose(found.clips, per_task=2, seed=1)
    return replace(found, examples=[example(row) for _, row in chosen.iterrows()])


@pytest.fixture(scope="module")
def html(inputs):
    return report.render(inputs)


def example(row):
    rng = np.random.default_rng(int(row.key[-3:]))
    return examples.Example(
        **row[["key", "task", "background", "snr_db", "truth", "answer"]],
        top5=[(row.answer, 0.9), (EVIL, float("nan"))],
        waveform=rng.uniform(-1, 1, RATE // 10).astype("float32"),
        sample_rate=RATE,
        cochleagram=rng.random((8, 20)),
        frequencies_hz=np.geomspace(50, 4000, 8),
        times_s=np.arange(20) * 0.005,
    )


def test_page_is_whole_and_loads_nothing(html):
    page = Page(html)
    loads = [attrs[key] for _, attrs in page.tags for key in ("src", "href", "xlink:href", "srcset", "data") if key in attrs]
    assert len(loads) > 10
    assert all(load.startswith(("#", "data:")) for load in loads)
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert "default-src 'none'" in page.all("meta")[3]["content"]
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {load[1:] for load in loads if load.startswith("#")} <= set(ids)


def test_page_shows_each_input(html):
    page = Page(html)
    text = " ".join(" ".join(page.text).split())
    for each in ("0123abcd", "make ui", "espeak 1.5", "seed: 1", "All sounds of this run are synthetic."):
        assert each in text
    assert text.count("80 %") == 4  # clean, of two tasks, in two tables each
    assert len(page.all("audio")) == len(page.all("img")) == 4
    assert all(attrs["alt"] for attrs in page.all("img"))
    assert all(attrs["aria-label"] for attrs in page.all("svg"))


def test_page_of_recordings_does_not_say_synthetic(inputs):
    provenance = {**inputs.provenance, "source": "recordings"}
    text = report.render(replace(inputs, provenance=provenance, quarantine=inputs.quarantine[:0], examples=()))
    assert "synthetic" not in text.lower()
    assert all(each in text for each in ("No recording was quarantined", "made without clips"))


def test_one_task_without_control(inputs):
    evaluate = {key: inputs.evaluate[key] for key in ("genre", "summary", "chance")}
    page = Page(report.render(replace(inputs, evaluate=evaluate, config={**inputs.config, "tasks": ["genre"]})))
    assert (len(page.all("audio")), len(page.all("svg"))) == (2, 3)


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
    assert " ".join(report.sentence(inputs).split()) == (
        "Names the word in 78 % of clean clips and 52 % at +3 dB SNR (3 words, chance 33.3 %); "
        "the genre in 70 % and 55 % at +3 dB (2 genres, chance 50 %)."
    )


def test_labels_are_read_as_text(folders):
    clips = report.read(*folders).clips
    assert set(clips.truth) == {"7", "null", EVIL, "folk", "rock"}
    assert (clips.correct.dtype, clips.snr_db.isna().sum()) == (bool, 8)


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
    with pytest.raises(ValueError, match=r"psychometric.csv cannot be read.*dvc repro"):
        report.read(*folders)
    (tmp_path / "metrics/evaluate.json").write_text("{")
    with pytest.raises(ValueError, match=r"evaluate.json cannot be read.*dvc repro"):
        report.read(*folders)


def test_examples_are_varied_and_repeat(folders):
    clips = report.read(*folders).clips
    chosen = examples.choose(clips, per_task=4, seed=7)
    pd.testing.assert_frame_equal(chosen, examples.choose(clips[::-1], per_task=4, seed=7))
    assert not chosen.equals(examples.choose(clips, per_task=4, seed=8))
    for _, rows in chosen.groupby("task"):
        assert sorted(rows.background) == sorted(BACKGROUNDS)
        assert (set(rows.correct), rows.background.iloc[0]) == ({True, False}, "clean")
    assert set(chosen.task) == {"word", "genre"}


class Ear:
    """Four rows; the picture is the waveform's first samples."""

    sound = Sound(sample_rate=RATE, clip_s=2.0)
    frequencies_hz, times_s = np.array([100.0, 150.0, 250.0, 300.0]), np.arange(10) / RATE

    def __call__(self, sound):
        return sound[:, None, :10].repeat(1, 4, 1)


class Hearing:
    """Hears "null" whatever it is, and "__genre__" more so, which is no answer."""

    labels, ear = {"word": ["__genre__", "7", "null"]}, Ear()

    def __call__(self, sound):
        return {"word": torch.tensor([[9.0, 0.0, np.log(3.0)]] * len(sound))}


class Clips(list):
    """Stand in for shards: a list of int16 waveforms."""

    sound = SimpleNamespace(sample_rate=RATE)

    def record(self, number):
        return {"key": f"clip{number}"}

    def waveforms(self, numbers):
        return np.array([self[number] for number in numbers], dtype=np.int16)


TWO = Clips([[0] * 800, [16384] * 800])


def test_examples_are_what_the_network_hears_and_says():
    row = {"key": "clip1", "task": "word", "background": "clean", "snr_db": np.nan, "truth": "7", "answer": "null", "correct": False}
    (found,) = examples.hear(pd.DataFrame([row]), Hearing(), TWO)
    assert [label for label, _ in found.top5] == ["null", "7"]
    np.testing.assert_allclose([share for _, share in found.top5], [0.75, 0.25])
    np.testing.assert_array_equal(found.waveform, np.full(800, 0.5))
    np.testing.assert_array_equal(found.cochleagram, np.full((4, 10), 0.5))
    np.testing.assert_allclose(found.frequencies_hz, [100, 150, 250, 300])
    assert (found.key, found.truth, found.sample_rate) == ("clip1", "7", RATE)


def test_examples_of_other_shards_are_refused():
    with pytest.raises(ValueError, match=r"test shards lack \['clip7'\]"):
        examples.hear(pd.DataFrame({"key": ["clip1", "clip7"]}), Hearing(), TWO)


def test_figures_are_saved_by_name(inputs, tmp_path):
    paths = report.save_figures(inputs, tmp_path / "figures")
    assert [path.stem for path in paths] == ["loss", "word_in_noise", "word_training", "genre_in_noise", "genre_training"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_what_the_ear_makes_of_a_clip_a_tone_and_a_chord(inputs):
    noisy, clean = (replace(inputs.examples[0], task="word", truth=truth, background=kind, waveform=np.full(2 * RATE, level, "float32"))
                    for truth, kind, level in (("no", "scene", 1.0), ("yes", "clean", 0.25)))  # fmt: skip
    heard = examples.demonstrate(Ear(), [replace(clean, task="genre"), noisy, clean])
    assert list(heard) == ["word: yes", "tone of 1000 Hz", "chord: C, E, G of 8 partials"]
    np.testing.assert_array_equal(heard["word: yes"], np.full((4, 10), 0.25))
    pictures = {"one": np.eye(8, 20), f"two {EVIL}": np.eye(8, 20)}
    page = Page(report.render(replace(inputs, heard=pictures)))
    assert EVIL in next(attrs["alt"] for attrs in page.all("img") if "one; of two" in attrs["alt"])
    assert "65 bands of an ear between 50 and 4000 Hz" in " ".join(" ".join(page.text).split())


def test_more_examples_than_clips(folders):
    clips = report.read(*folders).clips
    assert sorted(examples.choose(clips, per_task=10**6, seed=7).key) == sorted(clips.key)
    assert len(examples.choose(clips, per_task=0, seed=7)) == 0
