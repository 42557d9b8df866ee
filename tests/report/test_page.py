"""The page holds everything, loads nothing, believes no label, and says what its numbers say."""

import base64
import io
import itertools
import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch

from pipeline.audio import Sound
from pipeline.report import examples, figures, inputs, page, prose, scores
from pipeline.report.runs import Compared
from tests.helpers import layers_tables

EVIL = '<img src=x onerror="alert(1)">{{ 7 * 7 }}&amp;'
VOID = {"meta", "img", "br", "hr", "link", "input", "path", "use"}
RATE = 8000
LABELS = {"word": ["7", "null", EVIL, "__genre__"], "genre": ["folk", "rock", "__speech__"]}
ENDS = ("", "_low", "_high")
BEHAVIOR = "behavior: {seed: 1, resamples: 9, confidence: 0.9, answers: {genre: 2}, published: true, min_attention: 0.5}\n"
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


def accuracies(value):
    names = [score + end for score in ("top1", "top5", "score") for end in ("", "_low", "_high")]
    values = [
        value,
        value - 0.05,
        value + 0.05,
        value + 0.1,
        value,
        0.99,
        value + 0.01,
        value - 0.04,
        value + 0.06,
    ]
    return dict(zip(names, values, strict=True)) | {"n": 60}


def fit(threshold):
    ends = {"threshold_db": threshold, "threshold_low": threshold - 1, "threshold_high": threshold + 1}
    return ends | {"slope": 0.05, "ceiling": 0.8, "rate": 0.4, "guess": 0.1, "tested": abs(threshold) <= 3}


def matrix(labels):
    """Return shares of which the first label is most often taken for the second."""
    shares = np.full((len(labels), len(labels)), 0.1)
    np.fill_diagonal(shares, 0.8)
    shares[0, 1] = 0.2
    return pd.DataFrame(shares, labels, labels)


def clips_of(task):
    rng = np.random.default_rng(len(task))
    conditions = [
        (kind, snr) for kind in BACKGROUNDS for snr in ((np.nan,) if kind == "clean" else (-9.0, 3.0))
    ]
    for place, (kind, snr) in enumerate(conditions * 4):
        truth, answer = rng.choice(LABELS[task][:-1], 2)
        row = {"key": f"{task}{place:03d}", "task": task, "background": kind, "snr_db": snr, "source": "m3"}
        yield row | {
            "truth": truth,
            "answer": answer,
            "correct": int(truth == answer),
            "rank": 1,
            "probability": 0.5,
        }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Write small outputs of evaluate, train and corpus."""
    folder = tmp_path_factory.mktemp("made")
    tasks = ("word", "genre")
    noisy = [
        {"task": t, "background": k, "snr_db": s} | accuracies(0.4 + s / 15)
        for t in tasks
        for k in BACKGROUNDS[1:]
        for s in (-3, 3)
    ]
    curves = [
        {"task": task, "background": "clean", "snr_db": None} | accuracies(0.8) for task in tasks
    ] + noisy
    evaluate = {
        **{task: {"clean": accuracies(0.8)} for task in tasks},
        "control": {"word_silenced": accuracies(0.3) | {"chance": 1 / 3}},
        "summary": {"word_clean": 0.784, "word_at_3dB": 0.52, "genre_clean": 0.7, "genre_at_3dB": 0.55},
        "chance": {"word": 1 / 3, "genre": 0.5},
        "listeners": {},
    }
    kinds = list(zip(BACKGROUNDS[1:], (-2.0, 0.0, 5.0), strict=True))
    fits = [
        {"task": t, "answers": n, "background": k} | fit(x)
        for t, n in (("word", 1), ("genre", 1), ("genre", 2))
        for k, x in kinds
    ]
    hardest = [
        {
            "task": t,
            "target": f"{t}.wav",
            "truth": LABELS[t][1],
            "conditions": 31,
            "wrong": 0.9,
            "said": LABELS[t][0],
            "key": f"{t}001",
        }
        for t in tasks
    ]
    columns = [
        "group",
        "task",
        "background",
        "snr_db",
        *(f"{side}{end}" for side in ("listeners", "network") for end in ENDS),
    ]
    history = {
        "epoch": [0, 1],
        "step": [9, 18],
        "train_loss": [3.0, None],
        "validation_word_accuracy": [None, 0.5],
    }
    ear = {"filters": 30, "sample_factor": 2, "low_hz": 50.0, "high_hz": 4000.0}
    config = {"tasks": tasks, "labels": LABELS, "parameters": 123456, "cochleagram": ear}
    units = {"rows": 9, "files": 3, "hours": 0.1, "units": {"train": 3, "validation": 2, "test": 1}}
    provenance = {
        "source": "synthetic",
        "text": f"By {EVIL}",
        "tables": {"words": units},
        "versions": {"espeak": "1.5"},
    }
    bad = [{"table": "words", "row": 4, "file": f"{EVIL}.wav", "reason": "empty"}]
    clips = [row for task in tasks for row in clips_of(task)]
    tables = {
        "metrics/psychometric": curves,
        "metrics/clips": clips,
        "metrics/hardest": hardest,
        "metrics/thresholds": fits,
        "network/history": history,
        "corpus/quarantine": bad,
    }
    texts = {"metrics/behavior": evaluate, "network/config": config, "corpus/provenance": provenance}
    for name in ("metrics/confusions", "metrics/listeners", "network", "corpus"):
        (folder / name).mkdir(parents=True)
    for name, table in tables.items():
        pd.DataFrame(table).to_csv(folder / f"{name}.csv", index=False)
    for name, values in texts.items():
        (folder / f"{name}.json").write_text(json.dumps(values))
    pd.DataFrame(columns=columns).to_csv(folder / "metrics/listeners/conditions.csv", index=False)
    for task in tasks:
        matrix(LABELS[task][:-1]).to_csv(folder / f"metrics/confusions/{task}.csv", index_label="truth")
    layers_tables.write(
        folder / "metrics", ["word"], ["early"], ["network"]
    )  # little, since it is drawn often
    (folder / "network/run_id").write_text("0123abcd\n")
    (folder / "params.yaml").write_text(f"seed: 1 # {EVIL}\n{BEHAVIOR}")
    return folder


@pytest.fixture
def folders(made, tmp_path):
    """Return the arguments of `read`, of a copy that a test may break."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return arguments(tmp_path)


def arguments(folder):
    return folder / "metrics", folder / "network", folder / "corpus", folder / "params.yaml"


@pytest.fixture(scope="module")
def read(made):
    found = inputs.read(*arguments(made))
    chosen = examples.choose(found.clips, per_task=2, seed=1)
    heard = [example(row) for _, row in chosen.iterrows()]
    hard = [examples.Hard(replace(heard[0], key="hard"), 0.9, 31, EVIL)]
    return replace(found, examples=heard, hard=hard)


@pytest.fixture(scope="module")
def html(read):
    return page.render(read)


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
    found = Page(html)
    loads = [
        attrs[key]
        for _, attrs in found.tags
        for key in ("src", "href", "xlink:href", "srcset", "data")
        if key in attrs
    ]
    assert len(loads) > 10
    assert all(load.startswith(("#", "data:")) for load in loads)
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in found.tags}
    assert "default-src 'none'" in found.all("meta")[3]["content"]
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {load[1:] for load in loads if load.startswith("#")} <= set(ids)


def words(html):
    return " ".join("".join(Page(html).text).split())  # also of thin spaces


def test_page_shows_each_input(html):
    found, text = Page(html), words(html)
    for each in (
        "0123abcd",
        "make ui",
        "espeak1.5",
        "seed: 1",
        "All sounds of this run are synthetic.",
        "heschl listen",
    ):
        assert each in text
    assert rows_of(html, "Accuracy on the word")[-1] == ["none (clean)", "80\u202f% 75–85\u202f%"]
    assert len(found.all("audio")) == len([attrs for attrs in found.all("img")]) == 5
    assert all(attrs["alt"] for attrs in found.all("img"))
    assert all(attrs["aria-label"] for attrs in found.all("svg"))
    assert all(attrs["aria-label"] for attrs in found.all("audio"))


def test_headings_are_in_order_and_sections_linked(html):
    found = Page(html)
    levels = [int(tag[1]) for tag, _ in found.tags if tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    sections = [attrs["id"] for attrs in found.all("section")]
    linked = [attrs["href"][1:] for attrs in found.all("a")]
    assert sections == linked
    assert all(attrs["tabindex"] == "0" for tag, attrs in found.tags if attrs.get("class") == "scroll")


def rows_of(html, label):
    """Return the texts of the cells of the table whose region has a label."""
    part = html[html.index(f'aria-label="{label}"') :]
    table = part[part.index("<tbody>") : part.index("</tbody>")]
    rows = (
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
    )
    return [
        [re.sub(" +", " ", " ".join(Page(f"<p>{cell}</p>").text)).strip() for cell in row] for row in rows
    ]


def test_thresholds_are_those_of_the_table_from_the_easiest(html):
    rows = [[cell.replace("\u202f", " ") for cell in row] for row in rows_of(html, "Thresholds of the word")]
    assert rows == [
        ["auditory scene", "\u22122 dB \u22123 to \u22121 dB"],
        ["two talkers", "0 dB \u22121 to +1 dB"],
        ["shaped noise", "+5 dB +4 to +6 dB; beyond the SNRs"],
    ]


def test_confusions_are_those_of_the_table(read, html):
    rows = rows_of(html, "Confusions of the word as a table")
    assert [row[0] for row in rows] == LABELS["word"][:-1]
    np.testing.assert_allclose(
        [[float(cell) for cell in row[1:]] for row in rows], 100 * read.confusions["word"], atol=0.5
    )
    alt = next(
        attrs["aria-label"]
        for attrs in Page(html).all("svg")
        if "Confusion matrix of the 3 words" in attrs["aria-label"]
    )
    assert "Most often taken: 7 for null (20" in alt


def test_the_hardest_clips_say_how_often_and_for_what(html):
    assert f"Wrong in 90 % of 31 conditions, mostly taken for {EVIL}" in words(html)


def test_page_of_recordings_does_not_say_synthetic(read):
    provenance = {**read.provenance, "source": "recordings"}
    text = page.render(
        replace(read, provenance=provenance, quarantine=read.quarantine[:0], examples=(), hard=())
    )
    assert "synthetic" not in text.lower()
    assert all(each in text for each in ("No recording was quarantined", "made without clips"))


def test_one_task_without_control(read):
    evaluated = {key: read.evaluated[key] for key in ("genre", "summary", "chance")}
    html = page.render(
        replace(read, evaluated=evaluated, hard=(), config={**read.config, "tasks": ["genre"]})
    )
    found = Page(
        html[: html.index('id="inside"')].rpartition("<")[0] + html[html.index('<section id="runs"') :]
    )
    assert len(found.all("audio")) == 2
    assert not any("word" in attrs["aria-label"].lower() for attrs in found.all("svg"))


def test_a_task_of_many_labels_has_a_list_instead_of_a_matrix(read):
    names = [f"label {number}" for number in range(300)]
    shares = pd.DataFrame(np.eye(300) * 0.9, names, names)
    shares.iloc[7, 11] = 0.1
    config = {**read.config, "tasks": ["word"], "labels": {"word": names}}
    html = page.render(replace(read, config=config, confusions={**read.confusions, "word": shares}))
    assert rows_of(html, "Most confused pairs of the word") == [["label 7", "label 11", "10\u202f%"]]
    assert not any("Confusion matrix of the 300" in attrs["aria-label"] for attrs in Page(html).all("svg"))
    assert len(html) < 3e6


def test_a_page_that_is_too_long_says_what_to_lower(read):
    with pytest.raises(
        page.ReportError,
        match=r"the page has 0\.\d MB, more than 0\.1.*its 5 clips.*Lower report.examples and report.hardest",
    ):
        page.render(replace(read, config={**read.config, "tasks": ["word"]}), limit=100_000)


def test_labels_and_paths_are_text(html):
    found = Page(html)
    assert all(attrs["src"].startswith("data:") for attrs in found.all("img"))
    assert not any("onerror" in attrs for _, attrs in found.tags)
    assert (
        sum(EVIL in data for data in found.text) >= 9
    )  # label, answer, provenance, file, params, confusions


def test_audio_is_the_waveform(read, html):
    sources = [attrs["src"] for attrs in Page(html).all("audio")]
    ordered = [
        read.hard[0].example,
        *(each for task in ("word", "genre") for each in read.examples if each.task == task),
    ]
    for source, each in zip(sources, ordered, strict=True):
        heard, rate = soundfile.read(
            io.BytesIO(base64.b64decode(source.removeprefix("data:audio/wav;base64,")))
        )
        assert rate == RATE
        np.testing.assert_allclose(heard, each.waveform, atol=1.5 / 2**15)


def test_wav_clips_and_refuses_what_is_not_finite():
    heard, _ = soundfile.read(io.BytesIO(page.wav(np.array([2.0, -2.0]), RATE)))
    np.testing.assert_allclose(heard, [1, -1], atol=1 / 2**15)
    with pytest.raises(ValueError, match="not finite"):
        page.wav(np.array([0.0, np.nan]), RATE)


def test_page_repeats(read, html):
    assert page.render(read) == html


def test_sentence(read):
    assert " ".join(prose.sentence(read).split()) == (
        "Names the word in 78 % of clean clips and 52 % at +3 dB SNR (3 words, chance 33.3 %); "
        "the genre in 70 % and 55 % at +3 dB (2 genres, chance 50 %)."
    )


def test_labels_are_read_as_text(folders):
    clips = inputs.read(*folders).clips
    assert set(clips.truth) == {"7", "null", EVIL, "folk", "rock"}
    assert (clips.correct.dtype, clips.snr_db.isna().sum()) == (bool, 8)


@pytest.mark.parametrize("name", ["metrics/clips.csv", "network/run_id", "corpus/provenance.json", "metrics/decode.json",
                                  "metrics/decode/items.csv", "metrics/encode/layers.csv", "metrics/encode/matrices.npz"])  # fmt: skip
def test_missing_file_is_named(folders, tmp_path, name):
    (tmp_path / name).unlink()
    with pytest.raises(FileNotFoundError, match=rf"{name} is missing.*dvc repro"):
        inputs.read(*folders)


def test_broken_files_are_named(folders, tmp_path):
    good = (tmp_path / "metrics/psychometric.csv").read_text()
    (tmp_path / "metrics/psychometric.csv").write_text(good.replace("top5_low", "low"))
    with pytest.raises(ValueError, match=r"psychometric.csv lacks the columns \['top5_low'\]"):
        inputs.read(*folders)
    (tmp_path / "metrics/psychometric.csv").write_text("")
    with pytest.raises(ValueError, match=r"psychometric.csv cannot be read.*dvc repro"):
        inputs.read(*folders)
    (tmp_path / "metrics/behavior.json").write_text("{")
    with pytest.raises(ValueError, match=r"behavior.json cannot be read.*dvc repro"):
        inputs.read(*folders)


def test_examples_are_varied_and_repeat(folders):
    clips = inputs.read(*folders).clips
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
    row = {
        "key": "clip1",
        "task": "word",
        "background": "clean",
        "snr_db": np.nan,
        "truth": "7",
        "answer": "null",
        "correct": False,
    }
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


def test_figures_are_saved_by_name(read, tmp_path):
    paths = page.save_figures(figures.drawn(read), tmp_path / "figures")
    curves = ["in_noise", "panels", "thresholds"]
    of_word, of_genre = ([f"{task}_{each}" for each in (*curves, *extra, "confusions", "training")]
                         for task, extra in (("word", []), ("genre", [f"2_{each}" for each in curves])))  # fmt: skip
    layers = ["inside_the_network", "brain_r2", "brain_best_layers", "brain_similarity", "brain_matrices"]
    assert [path.stem for path in paths] == ["loss", *of_word, *of_genre, *layers]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_what_the_ear_makes_of_a_clip_a_tone_and_a_chord(read):
    noisy, clean = (replace(read.examples[0], task="word", truth=truth, background=kind, waveform=np.full(2 * RATE, level, "float32"))
                    for truth, kind, level in (("no", "scene", 1.0), ("yes", "clean", 0.25)))  # fmt: skip
    heard = examples.demonstrate(Ear(), [replace(clean, task="genre"), noisy, clean])
    assert list(heard) == ["word: yes", "tone of 1000 Hz", "chord: C, E, G of 8 partials"]
    np.testing.assert_array_equal(heard["word: yes"], np.full((4, 10), 0.25))
    pictures = {"one": np.eye(8, 20), f"two {EVIL}": np.eye(8, 20)}
    found = Page(page.render(replace(read, heard=pictures)))
    assert EVIL in next(attrs["alt"] for attrs in found.all("img") if "one; of two" in attrs["alt"])
    assert "65 bands of an ear between 50 and 4000 Hz" in " ".join(" ".join(found.text).split())


def test_more_examples_than_clips(folders):
    clips = inputs.read(*folders).clips
    assert sorted(examples.choose(clips, per_task=10**6, seed=7).key) == sorted(clips.key)
    assert len(examples.choose(clips, per_task=0, seed=7)) == 0


def people(read, group, task, rho=-0.7, labels=800):
    """Return the report with people beside the network, on two of three backgrounds."""
    kinds = [("clean", np.nan), *((kind, snr) for kind in BACKGROUNDS[1:3] for snr in (-3.0, 3.0))]
    columns = [f"{side}{end}" for side in ("listeners", "network") for end in ENDS]
    rows = [{"group": group, "task": task, "background": kind, "snr_db": snr} | dict(zip(columns, (0.5, 0.4, 0.6) * 2, strict=True))
            for kind, snr in kinds]  # fmt: skip
    numbers = {"r": 0.83, "r_low": 0.7, "r_high": 0.9, "rmse": 0.12, "rmse_low": None, "rmse_high": None, "conditions": 5,
               "participants": 44, "labels": labels, "listeners_reliability": 0.99, "network_reliability": None, "r_corrected": None,
               "backgrounds_rho": rho, "left_out": 1,
               "threshold": {"scene": fit(1.0), "babble2": fit(-2.5)}}  # fmt: skip
    found = {**read.evaluated["listeners"], group: {task: numbers}}
    listeners = pd.concat([read.listeners, pd.DataFrame(rows)], ignore_index=True)
    return replace(read, listeners=listeners, evaluated={**read.evaluated, "listeners": found})


def own(read, task="word"):
    """Return the report with own listeners, one of whose measures is not defined."""
    both = [
        ("network-person", "pooled", 0.4),
        ("network-person", "within", 0.2),
        ("person-person", "within", np.nan),
    ]
    kappas = [
        {
            "task": task,
            "between": who,
            "conditions": kind,
            "kappa": k,
            "kappa_low": k - 0.1,
            "kappa_high": k + 0.1,
        }
        for who, kind, k in both
    ]
    ends = {"r": 0.31, "r_low": 0.2, "r_high": 0.42, "reliability": 0.5, "r_corrected": np.nan}
    items = [{"task": task, "items": "clip within conditions", "measure": "rank", "n": 77} | ends]
    tables = {"consistency": kappas, "items": items, "confused": [{"task": task, "n": 6} | ends]}
    found = people(read, "own", task, rho=0.8, labels=3)
    return replace(
        found,
        own={name: pd.DataFrame(rows) for name, rows in tables.items()},
        theirs={task: matrix(LABELS[task][:-1])},
    )


RUN = Compared("0123abcd", "this", 1_700_000_000_000, {"word_clean": 0.784, "word_at_3dB": 0.52}, {})


DIFFERS = {
    "train.epochs": ("12", "8"),
    "network.layers": ("x" * 99, ""),
    **{f"a{n}": ("1", EVIL[:9]) for n in range(4)},
}
OTHER = Compared("ffff0000", EVIL, 1_700_000_100_000, {"word_clean": 0.8}, DIFFERS)


@pytest.fixture(scope="module")
def full(read):
    """Return a page with published and own listeners, and with runs compared."""
    return page.render(replace(own(people(read, "published", "word")), runs=[OTHER, RUN]))


def test_published_listeners_stand_beside_the_network_with_what_compares(read, full):
    text, html = words(full), full
    alone = " ".join(prose.sentence(people(read, "published", "word")).split())
    assert alone.endswith("over 5 conditions its words go with those of 44 published listeners at r = 0.83, in nearly the reverse order "
                          "of backgrounds.")  # fmt: skip
    assert (
        "They chose among about 800 words, this network among 3: fewer, so that guessing right is easier."
        in text
    )
    assert (
        "Values, and with them rmse, do not compare; the order of the backgrounds and the shape of the curves do."
        in text
    )
    assert "Saddler & McDermott 2024" in text
    assert "synthetic speech" in text
    assert "heschl listen" not in text
    assert rows_of(html, "Thresholds of the word")[0][1:] == [
        "\u22122\u202fdB (1) \u22123 to \u22121\u202fdB", *["+1\u202fdB (2) 0 to +2\u202fdB"] * 2
    ]  # fmt: skip
    numbers = dict(rows_of(html, "Agreement with published listeners on the word"))
    assert numbers["r"] == "0.83 0.70 to 0.90"
    assert numbers["rmse"].strip() == "0.12"
    assert numbers["reliability: network"] == "\u2013"
    panels = [
        attrs["aria-label"]
        for attrs in Page(html).all("svg")
        if "published listeners from 50" in attrs["aria-label"]
    ]
    assert len(panels) == 2


def test_a_network_of_such_a_vocabulary_compares():
    assert "vocabularies of one size" in prose.comparable(800, 793, "word")
    assert "more, so that guessing right is harder" in prose.comparable(800, 5000, "word")


def test_own_listeners_stand_beside_the_network_error_by_error(full):
    text, html = words(full), full
    assert "those of 44 own listeners" in text  # rather than published ones, of other clips
    assert "1 more left out for attention checks" in text
    assert "values compare, condition by condition and clip by clip" in text
    assert "the wrong answers of network and people correlate at r = 0.31 (0.20 to 0.42)" in text
    assert rows_of(html, "Clip by clip on the word") == [
        ["clips, within conditions", "rank of the truth", "0.31 0.20 to 0.42", "\u2013", "77"]
    ]
    alts = [attrs["aria-label"] for attrs in Page(html).all("svg")]
    assert (
        "Error consistency. network-person, all conditions together: 0.40; network-person, within conditions: 0.20."
        in alts
    )
    assert any(alt.startswith("Confusions of own listeners.") for alt in alts)
    assert html.index("Own listeners: words") < html.index("Published listeners: words")


def test_people_who_gave_several_answers_stand_beside_as_many_of_the_network(read):
    found = own(read, "genre")
    assert set(scores.points(found, "genre", 1).side) == {"network"}
    assert set(scores.points(found, "genre", 2).side) == {"network", "own"}
    network = scores.points(found, "genre", 2).query("side == 'network' and background == 'clean'")
    np.testing.assert_allclose(network[["value", "low", "high"]], [[0.81, 0.76, 0.86]])
    assert list(scores.fits(found, "genre", 2).side) == ["network"] * 3 + ["own"] * 2


def test_runs_are_compared_newest_first_and_this_one_is_marked(html, full):
    first, second = rows_of(full, "Runs compared")
    assert first[0].startswith(EVIL)
    assert first[1:6] == ["2023-11-14 22:15", "80\u202f%", "\u2013", "\u2013", "\u2013"]
    assert first[6].startswith("train.epochs 12 (here 8); network.layers: another; a0 1 (here <img src=)")
    assert first[6].endswith("and 2 more")
    assert second[0].startswith("this (this run)")
    assert "No other run of the same data" in words(html)
