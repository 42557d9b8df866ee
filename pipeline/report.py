"""Everything a run made, to one HTML page that needs nothing but itself: it shows, and decides nothing."""

import base64
import io
import json
import math
import platform
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline import figures

PROGRAMS = ("torch", "lightning", "numpy", "scipy", "pandas", "webdataset", "mlflow", "dvc", "matplotlib")
SCORES = [score + end for score in ("top1", "top5") for end in ("", "_low", "_high")]
PSYCHOMETRIC = {"task": str, "background": str, "snr_db": float, **dict.fromkeys(SCORES, float), "n": int}
CLIPS = dict.fromkeys(("key", "task", "background", "truth", "answer"), str) | {"snr_db": float, "correct": bool}
HISTORY = {"epoch": float, "step": float}
QUARANTINE = dict.fromkeys(("table", "row", "file", "reason"), str)
QUARANTINE_SHOWN = 50


@dataclass(frozen=True, eq=False)
class Example:
    """One test clip to hear, to see, and to read what the network said.

    snr_db         : dB, NaN when clean
    top5           : (label, probability 0 to 1), the likeliest first
    waveform       : (samples,) float in [-1, 1], at sample_rate (Hz)
    cochleagram    : (frequency, time)
    frequencies_hz : (frequency,) Hz, rising
    """

    key: str
    task: str
    background: str
    snr_db: float
    truth: str
    answer: str
    top5: Sequence[tuple[str, float]]
    waveform: np.ndarray
    sample_rate: int
    cochleagram: np.ndarray
    frequencies_hz: np.ndarray

    @property
    def duration_s(self):
        """Length of the clip in s."""
        return len(self.waveform) / self.sample_rate


@dataclass(frozen=True, eq=False)
class Report:
    """What the page shows: the files of `evaluate`, `train` and `corpus`, as `read` finds them."""

    evaluate: Mapping
    psychometric: pd.DataFrame
    clips: pd.DataFrame
    history: pd.DataFrame
    config: Mapping
    run_id: str
    params_text: str
    provenance: Mapping
    quarantine: pd.DataFrame
    versions: Mapping
    examples: Sequence[Example] = ()


def read(metrics, network, corpus, params):
    """Read what the stages wrote into a Report without examples.

    metrics, network, corpus : folders (metrics/, models/network/, data/corpus/); params : the params file
    raises : FileNotFoundError or ValueError that names the file and the remedy
    """
    metrics, network, corpus = Path(metrics), Path(network), Path(corpus)
    provenance = _json(corpus / "provenance.json")
    return Report(
        evaluate=_json(metrics / "evaluate.json"),
        psychometric=_csv(metrics / "psychometric.csv", PSYCHOMETRIC),
        clips=_csv(metrics / "clips.csv", CLIPS),
        history=_csv(network / "history.csv", HISTORY),
        config=_json(network / "config.json"),
        run_id=_text(network / "run_id").strip(),
        params_text=_text(params),
        provenance=provenance,
        quarantine=_csv(corpus / "quarantine.csv", QUARANTINE),
        versions={**installed(), **provenance.get("versions", {})},
    )


def installed(programs=PROGRAMS):
    """Return the versions of Python and of the installed `programs`."""
    found = {each.metadata["Name"].lower(): each.version for each in metadata.distributions()}
    return {"python": platform.python_version()} | {name: found[name] for name in programs if name in found}


def choose_examples(clips, per_task, seed):
    """Pick test clips of each task: a clean one, then the backgrounds in turn, right and wrong answers, all SNRs.

    clips   : DataFrame, key, task, background, snr_db, truth, correct, ...; the order of its rows does not matter
    returns : the rows of those picked, at most `per_task` a task; the clean ones first, then from high to low SNR
    """
    picked = []
    for place, task in enumerate(sorted(set(clips.task))):
        rows = clips[clips.task == task].sort_values("key", ignore_index=True)
        order = np.random.default_rng(np.random.SeedSequence([seed, place])).permutation(len(rows))
        rows = _varied(rows.iloc[order].reset_index(drop=True), per_task)
        picked.append(rows.sort_values(["snr_db", "key"], ascending=[False, True], na_position="first"))
    return pd.concat(picked, ignore_index=True) if picked else clips.copy()


def wav(waveform, sample_rate):
    """Return the waveform as the bytes of a 16-bit wav file; raises ValueError if a sample is not finite."""
    if not np.isfinite(waveform).all():
        raise ValueError("a waveform has samples that are not finite and cannot be heard: is its shard intact?")
    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(waveform, -1, 1), sample_rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def sentence(report):
    """Say the result in one sentence, from the summary of `evaluate`."""
    parts = []
    for task in report.config["tasks"]:
        heard = [f"{percent(value, 0)} {where}" for where, value in _summary(report, task)]
        if parts:
            heard = [text.removesuffix(" of clean clips").removesuffix(" SNR") for text in heard]
        number, chance = len(_labels(report, task)), percent(report.evaluate["chance"][task])
        parts.append(f"the {task} in {' and '.join(heard) or 'no'} ({number}\u00a0{task}s, chance\u00a0{chance})")
    return f"Names {'; '.join(parts)}."


def verdict(control):
    """Say whether chance lies in the interval of a control, and what that means."""
    if control["top1_low"] > control["chance"]:
        return "Chance lies below the interval: what remains of the clip gives the answer away. Look for a leak."
    if control["top1_high"] < control["chance"]:
        return "Chance lies above the interval: nothing gives the answer away; the network falls back on few labels."
    return "Chance lies in the interval: nothing but the silenced part tells the network the answer."


def render(report):
    """Return the page: one self-contained HTML text, the same for the same report."""
    here, strict = FileSystemLoader(Path(__file__).parent), StrictUndefined
    environment = Environment(loader=here, autoescape=True, undefined=strict, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"percent": percent, "decibel": decibel, "count": count, "background": figures.name}
    return environment.get_template("report.html.jinja").render(
        report=report,
        sentence=sentence(report),
        synthetic=report.provenance["source"] == "synthetic",
        tasks=[_task(report, place, task) for place, task in enumerate(report.config["tasks"])],
        loss=_svg(figures.learning(report.history, "loss"), "Loss of training and validation over time", "loss"),
        controls=[_control(report, key, each) for key, each in report.evaluate.get("control", {}).items()],
        examples=[_example(example) for example in report.examples],
        quarantine=report.quarantine.head(QUARANTINE_SHOWN).to_dict("records"),
    )


def percent(share, digits=1):
    """Write a share of 1 in %, to one decimal or none; a dash if there is no share."""
    if share is None or math.isnan(share):
        return "\u2013"
    number = f"{100 * share:.{digits}f}"
    return f"{number.removesuffix('.0')}\u202f%"


def decibel(level):
    """Write an SNR in dB with its sign, "clean" if there is none."""
    return "clean" if level is None or math.isnan(level) else f"{figures.signed(level)}\u202fdB"


def count(number):
    """Write a whole number with a thin space every three digits."""
    return f"{number:,}".replace(",", "\u202f")


def _varied(rows, number):
    """Take rows one by one, each time the one whose background, outcome, SNR and label were taken least."""
    features = ("background", "correct", "snr_db", "truth")
    kinds = list(rows[list(features)].fillna({"snr_db": math.inf}).itertuples(index=False, name=None))
    taken, seen = [], [Counter() for _ in features]
    left = sorted(range(len(kinds)), key=lambda place: (kinds[place][0] != "clean", not kinds[place][1]))
    while left and len(taken) < number:  # the first is clean and right, if there is such a clip
        taken.append(left.pop(0))
        for counter, value in zip(seen, kinds[taken[-1]], strict=True):
            counter[value] += 1
        left.sort(key=lambda place: [*(use[value] for use, value in zip(seen, kinds[place], strict=True)), place])
    return rows.iloc[taken]


def _labels(report, task):
    return [str(label) for label in report.config["labels"][task] if not str(label).startswith("__")]


def _summary(report, task):
    """List (where, accuracy) of the headline numbers of a task that there are, clean first."""
    found = []
    for key, value in report.evaluate["summary"].items():
        at = re.fullmatch(rf"{re.escape(task)}_at_(.+)dB", key)
        if key == f"{task}_clean":
            found.insert(0, ("of clean clips", value))
        elif at:
            found.append((f"at {decibel(float(at[1]))} SNR", value))
    return [each for each in found if each[1] is not None and not math.isnan(each[1])]


def _task(report, place, task):
    """Gather what the page says of one task."""
    table, chance = report.psychometric[report.psychometric.task == task], report.evaluate["chance"][task]
    rows = table.to_dict("records")
    cells = {(row["background"], row["snr_db"]): row for row in rows if row["background"] != "clean"}
    curves = figures.psychometric(table, task, chance)
    learning = figures.learning(report.history, f"{task}_accuracy", chance)
    in_noise = f"Accuracy on the {task} against SNR, one line a background. The table below gives every number."
    in_time = f"Accuracy on the {task} over the training, for training and validation clips"
    return {
        "name": task,
        "chance": chance,
        "labels": _labels(report, task),
        "summary": _summary(report, task),
        "rows": rows,
        "clean": next((row for row in rows if row["background"] == "clean"), None),
        "levels": sorted({snr for _, snr in cells}),
        "kinds": figures.kinds_of(table),
        "cells": cells,
        "trend": _trend(table),
        "curves": _svg(curves, in_noise, f"curves{place}"),
        "learning": _svg(learning, in_time, f"learning{place}"),
    }


def _trend(table):
    """Say whether accuracy is higher at the highest SNR than at the lowest, for each background."""
    noisy = table[table.background != "clean"].sort_values("snr_db")
    ends = {kind: rows.top1.iloc[[0, -1]].tolist() for kind, rows in noisy.groupby("background") if len(rows) > 1}
    if not ends:
        return ""
    flat = [figures.name(kind) for kind, (low, high) in ends.items() if high <= low]
    exception = f" except {', '.join(flat)}" if flat else ""
    return f"From the lowest to the highest SNR, accuracy rises for every background{exception}."


def _control(report, key, control):
    task = key.removesuffix("_silenced")
    accuracies = {"clean": report.evaluate.get(task, {}).get("clean"), "silenced": control}
    rows = [(name, each["top1"], each["top1_low"], each["top1_high"]) for name, each in accuracies.items() if each]
    alt = f"Accuracy on the {task} with the middle of the clip silenced: {percent(control['top1'])}"
    svg = _svg(figures.control(rows, control["chance"]), alt, "control-" + re.sub(r"\W", "", key))
    return {**control, "task": task, "verdict": verdict(control), "figure": svg}


def _example(example):
    figure = figures.cochleagram(example.cochleagram, example.frequencies_hz, example.duration_s)
    picture, sound = figures.to_png(figure), wav(example.waveform, example.sample_rate)
    return {"example": example, "picture": _data("image/png", picture), "sound": _data("audio/wav", sound)}


def _data(kind, content):
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _svg(figure, alt, key):
    return Markup(figures.to_svg(figure, alt, key))  # made here; matplotlib escapes its texts


def _text(path):
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} is missing, and the report shows it: run `dvc repro`") from None


def _json(path):
    try:
        return json.loads(_text(path))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON ({error}): delete it and run `dvc repro`") from None


def _csv(path, columns):
    """Read a table whose `columns` have the given types; labels stay text: "7" is a spoken digit and "null" a word."""
    empty = {column: ["", "nan"] if kind is float else [""] for column, kind in columns.items()}
    keep = str not in columns.values()
    try:
        table = pd.read_csv(io.StringIO(_text(path)), dtype=columns, na_values=empty, keep_default_na=keep)
    except ValueError as error:
        raise ValueError(f"{path} is not a table ({error}): delete it and run `dvc repro`") from None
    missing = [column for column in columns if column not in table]
    if missing:
        raise ValueError(f"{path} lacks the columns {missing} (it has {list(table)}): delete it and run `dvc repro`")
    return table
