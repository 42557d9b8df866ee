"""Test shards + params -> the folder of a listening experiment: page, sounds and what is heard when."""

import hashlib
import html
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import soundfile

from pipeline import audio, work
from pipeline.behavior.listeners import COLUMNS
from pipeline.experiment import checks, jspsych
from pipeline.experiment.design import Choose, ListenError, ListenParams, Target, targets_of
from pipeline.experiment.sessions import Plan, plan
from pipeline.params import plain
from pipeline.shards.read import INDEX, Shards
from pipeline.tasks import named

PAGE = Path(__file__).parent / "page"
MARK = "experiment.json"  # tells what a folder is, and which files are its own
KIND = "listening experiment"
RESULTS = "results"  # tables that the server took
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; media-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "connect-src 'self'"
)
TEMPLATE = """This is a template. Replace it by the text that your ethics board has approved: experiment.consent in params.yaml.

You are asked to take part in a study of hearing. You will listen to short sounds and say what you heard.

Taking part is voluntary. You may stop at any time by closing this page, without giving a reason and without disadvantage.

Your answers are stored under a code, not under your name.

Before you begin you set the volume; keep it where it is comfortable."""


def build(shards: Shards, out: Path, params: ListenParams) -> bool:
    """Build the experiment into `out`, unless it is there already; return whether it was built.

    raises : ListenError where it cannot be made, or `out` holds something else, results of another experiment or files of one's own
    """
    planned, targets = planned_of(shards, params)
    data = _data(shards, planned, targets, params)
    files = {"vendor/jspsych.js": jspsych.jspsych()} | {
        path.name: path.read_text(encoding="utf-8") for path in sorted(PAGE.iterdir())
    }
    files["index.html"] = (
        files["index.html"]
        .replace("{policy}", _policy(params.post))
        .replace("{post}", html.escape(params.post or ""))
    )
    digest = _digest(data, files, params, shards.folder)
    if mark_of(out).get("digest") == digest:
        return False
    _check_replaceable(out)
    files["data.js"] = f"const EXPERIMENT = {json.dumps(data | {'digest': digest}, ensure_ascii=False)};\n"
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as temporary:
        folder = Path(temporary) / "built"
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        _write_sounds(folder, shards, list(data["clips"]), params)
        mark = {
            "heschl": KIND,
            "digest": digest,
            "params": plain(params),
            "files": sorted([*_files(folder), MARK]),
        }
        (folder / MARK).write_text(json.dumps(mark, indent=2) + "\n", encoding="utf-8")
        _check_replaceable(out)  # a server may have taken a table meanwhile
        work.finish(folder, out)
    return True


def mark_of(out: Path) -> dict[str, Any]:
    """Return what a folder says of its experiment: digest, params, files (their paths in it); nothing where there is none."""
    try:
        mark = json.loads((out / MARK).read_text(encoding="utf-8"))
        return mark if mark["heschl"] == KIND else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def planned_of(shards: Shards, params: ListenParams) -> tuple[Plan, dict[str, list[Target]]]:
    """Return the plan of an experiment, and the targets of each task.

    raises : ListenError where the shards do not have the tasks, or have too few targets or labels
    """
    labels = _labels(shards)
    unknown = sorted(set(params.trials) - set(labels))
    if unknown:
        raise ListenError(
            f"experiment.trials: {unknown[0]!r} is no task of {shards.folder}; it has {', '.join(labels)}. Mend its spelling."
        )
    records = [shards.record(number) for number in range(len(shards))]
    targets = {task: targets_of(records, task) for task in params.trials}
    for task, answer in params.answers.items():
        if isinstance(answer, Choose) and answer.choose >= len(labels[task]):
            raise ListenError(
                f"experiment.answers.{task}.choose is {answer.choose}; there are {len(labels[task])} labels, of which at most "
                f"{len(labels[task]) - 1} can be chosen. Lower it."
            )
        if (bad := [label for label in labels[task] if "|" in label]) and isinstance(answer, Choose):
            raise ListenError(
                f"the {task} {bad[0]!r} has a |, which parts the labels that are chosen. Name it otherwise in the corpus."
            )
        if not targets[task]:
            raise ListenError(
                f"{shards.folder} has no {shards.split} clips of {task}. Leave it out of experiment.trials and experiment.answers."
            )
    return plan(targets, params), targets


def _data(
    shards: Shards, planned: Plan, targets: dict[str, list[Target]], params: ListenParams
) -> dict[str, Any]:
    """Return what the page needs to know, as plain values: params, labels, clips that are heard, sessions."""
    known = {
        key: [*condition, target.label]
        for task in targets.values()
        for target in task
        for condition, key in target.clips.items()
    }
    heard = {
        item
        for session in planned.sessions
        for block in session.blocks
        for item in block.items
        if isinstance(item, str)
    }
    heard |= {key for keys in planned.practice.values() for key in keys}
    return {
        "columns": COLUMNS,
        "consent": {"text": _consent(params.consent), "template": params.consent is None},
        "completion": params.completion,
        "tasks": {
            task: {
                "labels": _labels(shards)[task],
                "choose": answer.choose if isinstance(answer, Choose) else None,
            }
            for task, answer in params.answers.items()
        },
        "headphones": {
            "mode": params.headphones,
            "soft": [soft + 1 for soft, _ in checks.PAIRS],
            "pass": checks.PASS,
        },
        "practice": planned.practice,
        "sessions": [
            {
                "blocks": [{"task": block.task, "items": block.items} for block in session.blocks],
                "headphones": session.headphones,
            }
            for session in planned.sessions
        ],
        "clips": {key: known[key] for key in sorted(heard)},
    }


def _write_sounds(folder: Path, shards: Shards, keys: list[str], params: ListenParams) -> None:
    """Write the clips, and the checks at the middle of their levels."""
    numbers = {key: number for number, key in enumerate(shards.keys(np.arange(len(shards))))}
    rate, levels = shards.sound.sample_rate, []
    for key in keys:
        waveform = shards.waveforms(np.array([numbers[key]]))[0]
        levels.append(audio.rms(waveform) / audio.FULL_SCALE)
        audio.write(folder / "clips" / f"{key}.wav", waveform, rate)
    level = float(np.median(levels))
    some = shards.waveforms(np.array([numbers[key] for key in keys[:100]]))
    sounds = {"volume": checks.volume(some, level, np.random.default_rng(params.seed))}
    sounds |= {
        f"headphones-{i + 1}": checks.headphones(*pair, rate, level) for i, pair in enumerate(checks.PAIRS)
    }
    sounds |= {f"beeps-{count}": checks.beeps(count, rate, level) for count in range(1, checks.BEEPS + 1)}
    (folder / "sounds").mkdir()
    for name, waveform in sounds.items():
        soundfile.write(folder / "sounds" / f"{name}.wav", audio.to_int16(waveform), rate, subtype="PCM_16")


def _labels(shards: Shards) -> dict[str, list[str]]:
    return {task: named(names) for task, names in shards.labels.items()}


def _consent(path: str | None) -> str:
    if path is None:
        return TEMPLATE
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ListenError(
            f"experiment.consent: {path} cannot be read ({error}). Expected a text file in UTF-8, or null."
        ) from None
    if not text:
        raise ListenError(
            f"experiment.consent: {path} is empty. Write the text there that your ethics board has approved."
        )
    return text


def _policy(post: str | None) -> str:
    parts = urlsplit(post or "")
    return f"{POLICY} {parts.scheme}://{parts.netloc}" if post else POLICY


def _digest(data: dict[str, Any], files: dict[str, str], params: ListenParams, shards: Path) -> str:
    """Return the digest of all that the folder is made from: of the clips by their index, of the checks by the code that makes them."""
    digest = hashlib.sha256(json.dumps([data, files, plain(params)]).encode())
    for path in (shards / INDEX, *(Path(module) for module in (__file__, checks.__file__, audio.__file__))):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }


def _check_replaceable(out: Path) -> None:
    """Raise ListenError if `out` holds what no build wrote."""
    mark = mark_of(out)
    if not mark and out.exists() and (not out.is_dir() or os.listdir(out)):
        raise ListenError(
            f"{out} exists and is no listening experiment: it is not replaced. Name another folder."
        )
    others = sorted(_files(out) - set(mark.get("files", ())))
    results = [name for name in others if name.startswith(f"{RESULTS}/")]
    if results:
        raise ListenError(
            f"{out} holds {len(results)} results of another experiment (its params, shards or code were others). "
            f"Move {out / RESULTS} out of it, or build into another folder."
        )
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        raise ListenError(
            f"{out} holds {others[0]}{more}, which the build did not write. Move it out of there, or build elsewhere."
        )
