"""SYNTHETIC outputs of the stages, as the report reads them, and a reader of the page."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd

from heschl.report import examples
from heschl.report.runs import Compared

EVIL = '<img src=x onerror="alert(1)">{{ 7 * 7 }}&amp;'


VOID = {"meta", "img", "br", "hr", "link", "input", "path", "use"}


RATE = 8000


LABELS = {"word": ["7", "null", EVIL, "__genre__"], "genre": ["folk", "rock", "__speech__"]}


ENDS = ("", "_low", "_high")


BEHAVIOR = (
    "behavior: {seed: 1, resamples: 9, confidence: 0.9, answers: {genre: 2}, published: true, "
    "min_attention: 0.5,\n  fewest_listeners: 1, fewest_trials: 1}\n"
)


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

    def figures(self):
        """Return the figures: marks in legends are hidden from readers who cannot see them."""
        return [attrs for attrs in self.all("svg") if "aria-hidden" not in attrs]

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
    ends |= dict.fromkeys(("slope", "slope_low", "slope_high"), 0.05)
    ends |= dict.fromkeys(("ceiling", "ceiling_low", "ceiling_high"), 0.8)
    return ends | {"rate": 0.4, "guess": 0.1, "tested": abs(threshold) <= 3}


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
            "target": f"{truth}.wav",
            "truth_probability": 0.5,
            "top5": answer,
        }


def arguments(folder):
    return folder / "metrics", folder / "network", folder / "corpus", folder / "params.yaml"


def changed(read, **parts):
    """Return inputs with other fields of their parts, such as `behavior={"metrics": {}}`."""
    return replace(read, **{name: replace(getattr(read, name), **fields) for name, fields in parts.items()})


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


def words(html):
    return " ".join("".join(Page(html).text).split())  # also of thin spaces


def rows_of(html, label):
    """Return the texts of the cells of the table whose region has a label."""
    part = html[html.index(f'aria-label="{label}"') :]
    table = part[part.index("<tbody>") : part.index("</tbody>")]
    rows = (
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
    )
    return [
        [re.sub("[ \n]+", " ", " ".join(Page(f"<p>{cell}</p>").text)).strip() for cell in row] for row in rows
    ]


def people(read, group, task, rho=-0.7, labels=800):
    """Return the report with people beside the network, on two of three backgrounds."""
    kinds = [("clean", np.nan), *((kind, snr) for kind in BACKGROUNDS[1:3] for snr in (-3.0, 3.0))]
    columns = [f"{side}{end}" for side in ("listeners", "network") for end in ENDS]
    rows = [
        {"group": group, "task": task, "background": kind, "snr_db": snr}
        | dict(zip(columns, (0.5, 0.4, 0.6) * 2, strict=True))
        for kind, snr in kinds
    ]
    numbers = {
        "r": 0.83,
        "r_low": 0.7,
        "r_high": 0.9,
        "rmse": 0.12,
        "rmse_low": None,
        "rmse_high": None,
        "conditions": 5,
        "participants": 44,
        "labels": labels,
        "listeners_reliability": 0.99,
        "network_reliability": None,
        "r_corrected": None,
        "backgrounds_rho": rho,
        "left_out": 1,
        "threshold": {"scene": fit(1.0), "babble2": fit(-2.5)},
    }
    found = {**read.listeners.metrics, group: {task: numbers}}
    conditions = pd.concat([read.listeners.conditions, pd.DataFrame(rows)], ignore_index=True)
    return changed(read, listeners={"conditions": conditions, "metrics": found})


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
    comparisons = {name: pd.DataFrame(rows) for name, rows in tables.items()}
    confusions = {task: matrix(LABELS[task][:-1])}
    return changed(found, listeners={"comparisons": comparisons, "confusions": confusions})


RUN = Compared("0123abcd", "this", 1_700_000_000_000, {"word_clean": 0.784, "word_at_3dB": 0.52}, {})


DIFFERS = {
    "train.epochs": ("12", "8"),
    "network.layers": ("x" * 99, ""),
    **{f"a{n}": ("1", EVIL[:9]) for n in range(4)},
}


OTHER = Compared("ffff0000", EVIL, 1_700_000_100_000, {"word_clean": 0.8}, DIFFERS)
