"""Everything a run made, to one HTML page that needs nothing but itself: it shows, and decides nothing."""

import io
import json
import math
import platform
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
import torch
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline import figures
from pipeline.audio import FULL_SCALE
from pipeline.figures import count, decibel, percent
from pipeline.params import section
from pipeline.stimuli import tones

PROGRAMS = ("torch", "pytorch-lightning", "numpy", "scipy", "pandas", "webdataset", "mlflow", "dvc", "matplotlib")
SCORES = [score + end for score in ("top1", "top5") for end in ("", "_low", "_high")]
PSYCHOMETRIC = {"task": str, "background": str, "snr_db": float, **dict.fromkeys(SCORES, float), "n": int}
CLIPS = dict.fromkeys(("key", "task", "background", "truth", "answer"), str) | {"snr_db": float, "correct": bool}
QUARANTINE = dict.fromkeys(("table", "row", "file", "reason"), str)
QUARANTINE_SHOWN = 50


@section
class ReportParams:
    """Params section `report`."""

    seed: int  # of the choice of clips to hear
    examples: int  # clips of each task


@dataclass(frozen=True, eq=False)
class Example:
    """One test clip to hear, to see, and to read what the network said.

    snr_db         : dB, NaN when clean
    top5           : (label, probability 0 to 1), the likeliest first
    waveform       : (samples,) float in [-1, 1], at sample_rate (Hz)
    cochleagram    : (frequency, time)
    frequencies_hz : (frequency,) Hz, rising
    times_s        : (time,) s
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
    times_s: np.ndarray


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
    heard: Mapping[str, np.ndarray] = field(default_factory=dict)  # title -> cochleagram, as `demonstrate` makes them


def read(metrics, network, corpus, params):
    """Read what the stages wrote into a Report without examples.

    metrics, network, corpus : folders (metrics/, models/network/, data/corpus/); params : the params file
    raises : FileNotFoundError or ValueError that names the file and the remedy
    """
    metrics, network, corpus = Path(metrics), Path(network), Path(corpus)
    provenance = _parsed(corpus / "provenance.json", json.loads)
    return Report(
        evaluate=_parsed(metrics / "evaluate.json", json.loads),
        psychometric=_csv(metrics / "psychometric.csv", PSYCHOMETRIC),
        clips=_csv(metrics / "clips.csv", CLIPS),
        history=_csv(network / "history.csv", {"epoch": float, "step": float}),
        config=_parsed(network / "config.json", json.loads),
        run_id=_parsed(network / "run_id", str.strip),
        params_text=_parsed(params, str),
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


def examples(chosen, hearing, shards):
    """Return the Example of each chosen clip: as it is in the shards, as the ear passes it on, as the network names it.

    chosen : rows of the clips' table; hearing : a trained network with its ear and labels; shards : the test clips
    """
    numbers = {shards.record(number)["key"]: number for number in range(len(shards))}
    missing = sorted(set(chosen.key) - set(numbers))
    if missing:
        raise ValueError(f"the test shards lack {missing[:5]}: clips.csv is of other shards; run `dvc repro`")
    return [_heard(row, hearing, shards, numbers[row.key]) for _, row in chosen.iterrows()]


def demonstrate(ear, examples):
    """Return what the ear makes of a spoken word, of a tone and of a chord, title -> (frequency, time).

    examples : the word is the first clean one of the task word, else another clip; without any there are tone and chord alone
    """
    clip = min(examples, key=lambda each: (each.task != "word", each.background != "clean"), default=None)
    sounds = {f"{clip.task}: {clip.truth}": clip.waveform} if clip else {}
    sounds["tone of 1000 Hz"] = tones([1000], ear.sound, 0.5, 1.5)
    sounds["chord: C, E, G of 8 partials"] = tones([261.6, 329.6, 392.0], ear.sound, 0.5, 1.5, partials=8)
    with torch.inference_mode():
        pictures = ear(torch.from_numpy(np.stack(list(sounds.values()))))
    return dict(zip(sounds, pictures.numpy(), strict=True))


def save_figures(report, folder):
    """Write the curves of the page as PNG files to `folder`, and return their paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {folder / f"{name}.png": figures.to_png(figure) for name, figure in _drawn(report).items()}
    return [path for path, picture in drawn.items() if path.write_bytes(picture)]


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
        number, chance = len(_named(report.config["labels"][task])), percent(report.evaluate["chance"][task])
        parts.append(f"the {task} in {' and '.join(heard) or 'no'} ({number}\u00a0{task}s, chance\u00a0{chance})")
    return f"Names {'; '.join(parts)}."


def render(report):
    """Return the page: one self-contained HTML text, the same for the same report."""
    drawn = _drawn(report)
    here, strict = FileSystemLoader(Path(__file__).parent), StrictUndefined
    environment = Environment(loader=here, autoescape=True, undefined=strict, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "percent": percent,
        "decibel": decibel,
        "count": count,
        "background": figures.name,
        "base64": lambda content: b64encode(content).decode(),
    }
    return environment.get_template("report.html.jinja").render(
        report=report,
        sentence=sentence(report),
        synthetic=report.provenance["source"] == "synthetic",
        tasks=[_task(report, place, task, drawn) for place, task in enumerate(report.config["tasks"])],
        loss=figures.to_svg(drawn["loss"], "Loss of training and validation over time", "loss"),
        controls=[_control(report, key, each) for key, each in report.evaluate.get("control", {}).items()],
        heard=figures.to_png(drawn["cochleagrams"]) if report.heard else None,
        examples=[_example(example) for example in report.examples],
        quarantine=report.quarantine.head(QUARANTINE_SHOWN).to_dict("records"),
    )


def _drawn(report):
    drawn = figures.of_run(report.psychometric, report.history, {t: report.evaluate["chance"][t] for t in report.config["tasks"]})
    if report.heard:
        drawn["cochleagrams"] = figures.cochleagrams(report.heard, report.examples[0].frequencies_hz, report.examples[0].times_s)
    return drawn


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


def _named(labels):
    return [str(label) for label in labels if not str(label).startswith("__")]


def _heard(row, hearing, shards, number):
    """Return one Example; labels for clips of another task are no answers, as in `evaluate`."""
    waveform = shards.waveforms([number]).astype(np.float32) / FULL_SCALE
    names = _named(labels := hearing.labels[row.task])
    with torch.inference_mode():
        sound = torch.from_numpy(waveform)
        logits, image = hearing(sound)[row.task][0].double(), hearing.ear(sound)[0].numpy()
    shares = torch.softmax(logits[[labels.index(name) for name in names]], 0).numpy()
    return Example(
        **row[["key", "task", "background", "snr_db", "truth", "answer"]],
        top5=[(names[place], float(shares[place])) for place in np.argsort(-shares, kind="stable")[:5]],
        waveform=waveform[0],
        sample_rate=shards.sound.sample_rate,
        cochleagram=image,
        frequencies_hz=hearing.ear.frequencies_hz,
        times_s=hearing.ear.times_s,
    )


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


def _task(report, place, task, drawn):
    """Gather what the page says of one task."""
    table = report.psychometric[report.psychometric.task == task]
    rows = table.to_dict("records")
    cells = {(row["background"], row["snr_db"]): row for row in rows if row["background"] != "clean"}
    in_noise = f"Accuracy on the {task} against SNR, one line a background. The table below gives every number."
    in_time = f"Accuracy on the {task} over the training, for training and validation clips"
    return {
        "name": task,
        "chance": report.evaluate["chance"][task],
        "labels": _named(report.config["labels"][task]),
        "summary": _summary(report, task),
        "rows": rows,
        "clean": next((row for row in rows if row["background"] == "clean"), None),
        "levels": sorted({snr for _, snr in cells}),
        "kinds": figures.kinds_of(table),
        "cells": cells,
        "trend": figures.trend(table),
        "curves": figures.to_svg(drawn[f"{task}_in_noise"], in_noise, f"curves{place}"),
        "learning": figures.to_svg(drawn[f"{task}_training"], in_time, f"learning{place}"),
    }


def _control(report, key, control):
    task = key.removesuffix("_silenced")
    accuracies = {"clean": report.evaluate.get(task, {}).get("clean"), "silenced": control}
    rows = [(name, each["top1"], each["top1_low"], each["top1_high"]) for name, each in accuracies.items() if each]
    alt = f"Accuracy on the {task} with the middle of the clip silenced: {percent(control['top1'])}"
    svg = figures.to_svg(figures.control(rows, control["chance"]), alt, "control-" + re.sub(r"\W", "", key))
    return {**control, "task": task, "verdict": figures.verdict(control), "figure": svg}


def _example(example):
    figure = figures.cochleagram(example.cochleagram, example.frequencies_hz, example.times_s)
    return {"example": example, "picture": figures.to_png(figure), "sound": wav(example.waveform, example.sample_rate)}


def _csv(path, columns):
    """Read a table whose `columns` have the given types; labels stay text: "7" is a spoken digit and "null" a word."""
    empty = {column: ["", "nan"] if kind is float else [""] for column, kind in columns.items()}
    types = {"dtype": columns, "na_values": empty, "keep_default_na": str not in columns.values()}
    table = _parsed(path, lambda text: pd.read_csv(io.StringIO(text), **types))
    missing = [column for column in columns if column not in table]
    if missing:
        raise ValueError(f"{path} lacks the columns {missing} (it has {list(table)}): delete it and run `dvc repro`")
    return table


def _parsed(path, parse):
    try:
        return parse(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} is missing, and the report shows it: run `dvc repro`") from None
    except ValueError as error:
        raise ValueError(f"{path} cannot be read ({error}): delete it and run `dvc repro`") from None
