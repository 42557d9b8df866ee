"""Everything a run made, to one HTML page that needs nothing but itself: it shows, and decides nothing."""

import io
import json
import math
import platform
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline import figures
from pipeline.examples import Example, named
from pipeline.figures import count, decibel, percent
from pipeline.params import section

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
        number, chance = len(named(report.config["labels"][task])), percent(report.evaluate["chance"][task])
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
        "labels": named(report.config["labels"][task]),
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
