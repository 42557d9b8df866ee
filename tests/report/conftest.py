"""SYNTHETIC inputs of the report, read, and rendered as a page."""

import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest

from heschl.behavior.columns import DIRECTIONS
from heschl.localize import output as localize_output
from heschl.report import choice, examples, inputs, page, results
from tests.helpers import layers_tables, replicate_tables
from tests.helpers.report_page import (
    BACKGROUNDS,
    BEHAVIOR,
    ENDS,
    EVIL,
    LABELS,
    OTHER,
    RUN,
    accuracies,
    arguments,
    clips_of,
    example,
    fit,
    matrix,
    own,
    people,
)

CONTROL = {"chance": 1 / 3, "verdict": "none", "hidden": 0.02, "clean_at_chance": False}
READOUTS, REGIONS = ["frequency", "word"], ["early", "word", "noise"]


@pytest.fixture(scope="session")
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
        "control": {"word_silenced": accuracies(0.3) | CONTROL},
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
            "source": "m3",
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
        "participants",
        "n",
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
    pd.DataFrame(columns=list(DIRECTIONS)).to_csv(folder / "metrics/directions.csv", index=False)
    localize_output.write(folder / "metrics", {}, {}, "no such task")
    pd.DataFrame(columns=columns).to_csv(folder / "metrics/listeners/conditions.csv", index=False)
    for task in tasks:
        matrix(LABELS[task][:-1]).to_csv(folder / f"metrics/confusions/{task}.csv", index_label="truth")
    layers_tables.write(
        folder / "metrics", ["word"], ["early"], ["network"]
    )  # little, since it is drawn often
    replicate_tables.write(folder / "metrics", seeds=[1])
    (folder / "network/run_id").write_text("0123abcd\n")
    (folder / "params.yaml").write_text(f"seed: 1 # {EVIL}\n{BEHAVIOR}")
    return folder


@pytest.fixture
def folders(made, tmp_path):
    """Return the arguments of `read`, of a copy that a test may break."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return arguments(tmp_path)


@pytest.fixture(scope="session")
def read(made):
    found = inputs.read(*arguments(made))
    chosen = choice.choose(found.behavior.clips, per_task=2, seed=1)
    heard = [example(row) for _, row in chosen.iterrows()]
    hard = [examples.Hard(replace(heard[0], key="hard"), 0.9, 31, EVIL)]
    return replace(found, examples=examples.Examples(heard, hard))


@pytest.fixture(scope="session")
def html(read):
    return page.render(read)


@pytest.fixture(scope="session")
def full(read):
    """Return a page with published and own listeners, and with runs compared."""
    return page.render(replace(own(people(read, "published", "word")), runs=[OTHER, RUN]))


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("metrics")
    layers_tables.write(folder, READOUTS, REGIONS)
    return folder


@pytest.fixture(scope="session")
def knowing(folder):
    return results.read_decode(folder)


@pytest.fixture(scope="session")
def encoded(folder):
    return results.read_encode(folder)
