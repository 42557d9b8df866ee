"""Tables and arrays to figures that read in light, in dark, in print and on a phone."""

import io
import math
import re

import matplotlib
import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

INK = "#7f7f7f"  # mid-tone: legible on white and on black; `to_svg` makes it the text's own colour
PALETTE = ("#0072b2", "#d55e00", "#e69f00", "#009e73", "#56b4e9", "#cc79a7")  # Okabe & Ito: safe for colour-blind eyes
MARKERS = "os^Dv*"
NAMES = {
    "scene": "auditory scene",
    "babble2": "two talkers",
    "babble8": "eight talkers",
    "music": "music",
    "shaped": "shaped noise",
    "modulated": "modulated noise",
}
TICKS_HZ = np.array([100, 200, 500, 1000, 2000, 5000, 10000, 20000])
STYLE = {
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "lines.linewidth": 1.4,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "heschl",
}


def name(background):
    """Return the reader's name of a kind of background; an unknown kind is its own name."""
    return NAMES.get(background, str(background))


def signed(number):
    """Write a number with its sign, a true minus, and none for zero."""
    return f"{number:+g}".replace("-", "\u2212") if number else "0"


def percent(share, digits=1):
    """Write a share of 1 in %, to one decimal or none; a dash if there is no share."""
    if share is None or math.isnan(share):
        return "\u2013"
    number = f"{100 * share:.{digits}f}"
    return f"{number.removesuffix('.0')}\u202f%"


def decibel(level):
    """Write an SNR in dB with its sign, "clean" if there is none."""
    return "clean" if level is None or math.isnan(level) else f"{signed(level)}\u202fdB"


def count(number):
    """Write a whole number with a thin space every three digits."""
    return f"{number:,}".replace(",", "\u202f")


def of_run(table, history, chance):
    """Return the figures of a run by name: loss, and of each task <task>_in_noise and <task>_training.

    table, history : as `psychometric` and `learning` take them, the table of all tasks with its column task
    chance         : task -> 0 to 1
    """
    drawn = {"loss": learning(history, "loss")}
    for task, level in chance.items():
        drawn[f"{task}_in_noise"] = psychometric(table[table.task == task], task, level)
        drawn[f"{task}_training"] = learning(history, f"{task}_accuracy", level)
    return drawn


@matplotlib.rc_context(STYLE)
def psychometric(table, task, chance, score="top1"):
    """Draw accuracy against SNR, one line a background, for one task.

    table   : DataFrame, background, snr_db (dB, NaN when clean), <score>, <score>_low, <score>_high (0 to 1)
    chance  : 0 to 1
    returns : Figure; clean is a point at the right, chance a dashed line, bars are the 95 % intervals
    """
    figure, axes = _axes(3.8, 3.3)
    noisy = table[table.background != "clean"].sort_values("snr_db")
    levels = np.unique(noisy.snr_db.to_numpy(float))
    step = np.diff(levels).min() if len(levels) > 1 else 1.0
    kinds = kinds_of(table)
    for place, kind in enumerate(kinds):
        rows = noisy[noisy.background == kind]
        shift = 0.05 * step * (place - (len(kinds) - 1) / 2)  # so that bars do not hide each other
        _points(axes, rows.snr_db.to_numpy(float) + shift, rows, score, name(kind), *_look(kind, place))
    clean_at = levels[-1] + 1.5 * step if len(levels) else 0.0
    clean = table[table.background == "clean"]
    _points(axes, np.full(len(clean), clean_at), clean, score, "clean", INK, "D", "none")
    _chance(axes, chance)
    axes.set_xticks([*levels, clean_at], [*map(signed, levels), "clean"])
    axes.set(xlabel="SNR (dB)", ylabel=f"{_plain(task)} named correctly (%)", ylim=(0, 100))
    figure.legend(loc="outside lower center", ncols=3, handlelength=1.8, columnspacing=1)
    return figure


@matplotlib.rc_context(STYLE)
def learning(history, measure, chance=None):
    """Draw a measure of the training and the validation clips as training goes on.

    history : DataFrame, epoch, step, train_<measure>, validation_<measure>; empty cells are skipped
    measure : "loss" or "<task>_accuracy" (0 to 1, drawn in %)
    """
    figure, axes = _axes(3.3, 2.5)
    accuracy = measure.endswith("_accuracy")
    columns = [f"{part}_{measure}" for part in ("train", "validation") if f"{part}_{measure}" in history]
    repeated = any(history.loc[history[column].notna(), "epoch"].duplicated().any() for column in columns)
    clock = "step" if repeated else "epoch"  # several rows an epoch would draw a comb
    for column, colour, line in zip(columns, PALETTE, ("--", "-"), strict=False):
        known = history[[clock, column]].dropna().astype(float)
        label = column.removesuffix(f"_{measure}")
        axes.plot(known[clock], known[column] * (100 if accuracy else 1), line, marker=".", color=colour, label=label)
    if chance is not None:
        _chance(axes, chance)
    axes.set(xlabel=clock, ylabel=_plain(measure.replace("_", " ") + (" (%)" if accuracy else "")))
    axes.set_ylim(bottom=0, top=100 if accuracy else None)
    axes.xaxis.get_major_locator().set_params(integer=True)
    if axes.lines:
        figure.legend(loc="outside lower center", ncols=3)
    return figure


@matplotlib.rc_context(STYLE)
def control(rows, chance):
    """Draw accuracies with their 95 % intervals beside chance.

    rows   : list of (name, accuracy, low, high), the last three 0 to 1, drawn from the top
    chance : 0 to 1
    """
    figure, axes = _axes(3.4, 0.75 + 0.4 * len(rows))
    for height, (label, value, low, high) in zip(range(len(rows))[::-1], rows, strict=True):
        bar = [[max(value - low, 0) * 100], [max(high - value, 0) * 100]]
        axes.errorbar([value * 100], [height], xerr=bar, fmt="o", color=PALETTE[0], capsize=3, label=_plain(label))
    axes.axvline(chance * 100, color=INK, linestyle="--", linewidth=1)
    axes.annotate("chance", (chance * 100, 1), (3, -2), ("data", "axes fraction"), "offset points", va="top")
    axes.set_yticks(range(len(rows))[::-1], [_plain(row[0]) for row in rows])
    axes.set(xlabel="named correctly (%)", xlim=(0, 100), ylim=(-0.6, len(rows) - 0.1))
    axes.grid(False, axis="y")
    return figure


@matplotlib.rc_context(STYLE)
def cochleagram(image, frequencies_hz, times_s):
    """Draw a cochleagram: time from left to right, frequency from low to high.

    image          : (frequency, time) float
    frequencies_hz : (frequency,) Hz, rising; the outermost may repeat
    times_s        : (time,) s, evenly rising
    raises         : ValueError if they do not fit
    """
    figure, axes = _axes(3.1, 2.0)
    _cochleagram(axes, image, frequencies_hz, times_s)
    axes.set(xlabel="time (s)", ylabel="frequency (Hz)")
    return figure


@matplotlib.rc_context(STYLE)
def cochleagrams(images, frequencies_hz, times_s):
    """Draw cochleagrams of the same ear side by side, each with its own brightness.

    images : {title: (frequency, time)}, one or more; frequencies_hz, times_s as in `cochleagram`
    """
    figure = Figure(figsize=(2.4 * len(images) + 0.4, 2.3), layout="constrained")
    for place, (axes, (title, image)) in enumerate(zip(figure.subplots(1, len(images), squeeze=False)[0], images.items(), strict=True)):
        _cochleagram(axes, image, frequencies_hz, times_s)
        axes.set(title=_plain(title), xlabel="time (s)", ylabel="" if place else "frequency (Hz)")
        axes.tick_params(labelleft=not place)
    return figure


def _cochleagram(axes, image, frequencies_hz, times_s):
    image, frequencies_hz, times_s = (np.asarray(each, float) for each in (image, frequencies_hz, times_s))
    if image.shape != (len(frequencies_hz), len(times_s)) or (np.diff(frequencies_hz) < 0).any() or len(times_s) < 2:
        raise ValueError(
            f"a cochleagram of shape {image.shape} with {len(frequencies_hz)} frequencies and {len(times_s)} times: expected "
            "(frequency, time), a frequency a row, none below the one before, and two times or more"
        )
    half = (times_s[1] - times_s[0]) / 2
    extent = (times_s[0] - half, times_s[-1] + half, -0.5, len(image) - 0.5)
    axes.imshow(image, cmap="magma", origin="lower", aspect="auto", extent=extent, interpolation="nearest")
    ticks = TICKS_HZ[(frequencies_hz[0] <= TICKS_HZ) & (frequencies_hz[-1] >= TICKS_HZ)]
    axes.set_yticks(np.interp(ticks, frequencies_hz, np.arange(len(image))), [str(tick) for tick in ticks])
    axes.grid(False)


@matplotlib.rc_context(STYLE)
def to_svg(figure, alt, key):
    """Return the figure as <svg> to stand inside an HTML page: scales, follows the page's colours, has an alt text.

    alt     : what the figure shows, for those who cannot see it
    key     : letters and digits, unique in the page: it begins each id
    returns : Markup, the same for the same figure
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    box = re.search(r'viewBox="[^"]*"', svg).group()
    opening = Markup('<svg {} role="img" aria-label="{}">').format(Markup(box), alt)
    svg = _own_ids(re.sub(r"^<svg[^>]*>", lambda _: str(opening), svg), key)
    return Markup(_own_colours(svg).strip())  # matplotlib has escaped its texts


@matplotlib.rc_context(STYLE)
def to_png(figure, dpi=180):
    """Return the figure as PNG bytes with a transparent ground, the same for the same figure."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, transparent=True, metadata={"Software": None})
    return buffer.getvalue()


def trend(table):
    """Say in words what `psychometric` shows: whether accuracy rises from the lowest to the highest SNR."""
    noisy = table[table.background != "clean"].sort_values("snr_db")
    ends = {kind: rows.top1.iloc[[0, -1]].tolist() for kind, rows in noisy.groupby("background") if len(rows) > 1}
    if not ends:
        return ""
    flat = [name(kind) for kind, (low, high) in ends.items() if high <= low]
    exception = f" except {', '.join(flat)}" if flat else ""
    return f"From the lowest to the highest SNR, accuracy rises for every background{exception}."


def verdict(control):
    """Say in words what `control` shows: whether chance lies in the interval, and what that means."""
    if control["top1_low"] > control["chance"]:
        return "Chance lies below the interval: what remains of the clip gives the answer away. Look for a leak."
    if control["top1_high"] < control["chance"]:
        return "Chance lies above the interval: nothing gives the answer away; the network falls back on few labels."
    return "Chance lies in the interval: nothing but the silenced part tells the network the answer."


def kinds_of(table):
    """Return the kinds of background in a table, the known ones first and in their order."""
    found = sorted(set(table.background) - {"clean"})
    return [kind for kind in NAMES if kind in found] + [kind for kind in found if kind not in NAMES]


def _axes(width, height):
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.grid(True, color=INK, alpha=0.2, linewidth=0.5)
    axes.set_axisbelow(True)
    return figure, axes


def _look(kind, place):
    place = list(NAMES).index(kind) if kind in NAMES else place
    return PALETTE[place % len(PALETTE)], MARKERS[place % len(MARKERS)], "-" if place < len(PALETTE) else ":"


def _points(axes, x, rows, score, label, colour, marker, line):
    low, middle, high = (rows[score + end].to_numpy(float) * 100 for end in ("_low", "", "_high"))
    bars = np.clip([middle - low, high - middle], 0, None)
    _, _, (stems,) = axes.errorbar(x, middle, yerr=bars, label=_plain(label), color=colour, marker=marker, linestyle=line, elinewidth=0.8)
    stems.set_alpha(0.55)


def _chance(axes, chance):
    axes.axhline(chance * 100, color=INK, linestyle="--", linewidth=1, label="chance")


def _plain(text):
    return str(text).replace("$", r"\$")  # a label is never a formula


def _own_ids(svg, key):
    used = set(re.findall(r"#([\w.-]+)[\")]", svg))

    def rename(match):
        return f' id="{key}-{match[1]}"' if match[1] in used else ""

    svg = re.sub(r' id="([^"]*)"', rename, svg)
    return re.sub(r"(href=\"|url\()#", rf"\1#{key}-", svg)


def _own_colours(svg):
    for place, colour in enumerate(PALETTE):
        svg = re.sub(rf"(stroke|fill): {colour}", rf"\1: var(--series-{place}, {colour})", svg)
    return re.sub(rf"(stroke|fill): {INK}", r"\1: currentColor", svg)
