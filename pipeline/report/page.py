"""Everything a run made, to one HTML page that needs nothing but itself: it shows, and decides nothing."""

import io
from base64 import b64encode
from pathlib import Path

import numpy as np
import soundfile
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.report import beside, brain, cochleagrams, inside, lines, prose, runs, scores, sections, words
from pipeline.report.figures import drawn
from pipeline.report.style import to_png, to_svg

TEMPLATES = Path(__file__).parent / "templates"
QUARANTINE_SHOWN = 50
LIMIT = 15_000_000  # bytes of a page that still opens at once and goes by mail


class ReportError(ValueError):
    """A page that cannot be made; says why, and the remedy."""


def save_figures(figures, folder):
    """Write figures, by name, as PNG files to `folder`, and return their paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = {folder / f"{name}.png": to_png(figure) for name, figure in figures.items()}
    return [path for path, picture in written.items() if path.write_bytes(picture)]


def wav(waveform, sample_rate):
    """Return the waveform as the bytes of a 16-bit wav file; raises ReportError if a sample is not finite."""
    if not np.isfinite(waveform).all():
        raise ReportError(
            "a waveform has samples that are not finite and cannot be heard: is its shard intact?"
        )
    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(waveform, -1, 1), sample_rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def render(report, figures=None, limit=LIMIT):
    """Return the page: one self-contained HTML text, the same for the same report.

    figures : as `drawn` returns them, if they have been drawn;  limit : bytes
    raises  : ReportError if the page would be longer
    """
    figures = figures or drawn(report)
    tasks = report.config["tasks"]
    groups = [
        (group, task)
        for group in ("own", "published")
        for task in tasks
        if group in scores.groups(report, task)
    ]
    text = environment().get_template("page.html.jinja").render(
        report=report,
        sentence=prose.sentence(report),
        synthetic=report.provenance["source"] == "synthetic",
        confidence=f"{100 * report.behavior.confidence:g}\u00a0%",
        tasks=[sections.noise(report, task, f"t{place}", figures) for place, task in enumerate(tasks)],
        listeners=[beside.listeners(report, *each, f"g{place}", figures) for place, each in enumerate(groups)],
        confused=[sections.confused(report, task, f"t{place}", figures) for place, task in enumerate(tasks)],
        inside=inside.section(report),
        brain=brain.section(report, figures),
        loss=to_svg(figures["loss"], "Loss of training and validation over time", "loss"),
        learning=[_learning(task, place, figures) for place, task in enumerate(tasks)],
        controls=[sections.control(report, key, each) for key, each in report.evaluated.get("control", {}).items()],
        runs=runs.table(report),
        heard=to_png(figures["cochleagrams"]) if report.heard else None,
        examples=[_clip(example) for example in report.examples],
        hard=[_clip(hard.example) | {"hard": hard} for task in tasks for hard in report.hard if hard.example.task == task],
        quarantine=report.quarantine.head(QUARANTINE_SHOWN).to_dict("records"),
    )  # fmt: skip
    size = len(text.encode())
    if size > limit:
        clips = len(report.examples) + len(report.hard)
        raise ReportError(
            f"the page has {size / 1e6:.1f} MB, more than {limit / 1e6:g}; its {clips} clips to hear take most of it. "
            "Lower report.examples and report.hardest in params.yaml."
        )
    return text


def environment():
    """Return where templates come from and what they can call; all they show is text unless it is Markup."""
    here, strict = FileSystemLoader(TEMPLATES), StrictUndefined
    environment = Environment(
        loader=here, autoescape=True, undefined=strict, trim_blocks=True, lstrip_blocks=True
    )
    writers = (words.percent, words.decibel, words.level, words.decimal, words.count, lines.named)
    environment.filters |= {each.__name__: each for each in writers}
    environment.filters |= {
        "background": words.name,
        "base64": lambda content: b64encode(content).decode(),
        "heading": sections.heading,
    }
    environment.globals |= {"absent": words.absent, "who": prose.WHO, "what": prose.ITEMS | prose.MEASURES}
    return environment


def _learning(task, place, figures):
    alt = f"Accuracy on the {task} over the training, for training and validation clips"
    return {"name": task, "figure": to_svg(figures[f"{task}_training"], alt, f"learning{place}")}


def _clip(example):
    figure = cochleagrams.cochleagram(example.cochleagram, example.frequencies_hz, example.times_s)
    return {
        "example": example,
        "picture": to_png(figure),
        "sound": wav(example.waveform, example.sample_rate),
    }
