"""Sentences that say what the numbers say."""

import re

from pipeline.report import scores
from pipeline.report.curves import ordered
from pipeline.report.examples import named
from pipeline.report.words import absent, decibel, decimal, joined, level, name, percent, span

ALIKE = 2.0  # vocabularies whose sizes differ by at most this factor are of one size
WHO = {"published": "published listeners", "own": "own listeners"}
ITEMS = {
    "clip": "clips",
    "clip within conditions": "clips, within conditions",
    "target": "recordings, within conditions",
}
MEASURES = {"correct": "right or wrong", "rank": "rank of the truth"}
KAPPAS = {"pooled": "all conditions together", "within": "within conditions"}
SIMILAR = 0.6  # rank correlation from which two orders are similar


def sentence(report):
    """Say the result in one sentence: each task clean and in noise, chance, and how it goes with people's."""
    parts = []
    for task in report.config["tasks"]:
        heard = [f"{percent(value, 0)} {where}" for _, where, value in summary(report, task)]
        if parts:
            heard = [text.removesuffix(" of clean clips").removesuffix(" SNR") for text in heard]
        number, chance = len(named(report.config["labels"][task])), percent(report.evaluated["chance"][task])
        parts.append(
            f"the {task} in {' and '.join(heard) or 'no'} ({number}\u00a0{task}s, chance\u00a0{chance})"
        )
    return f"Names {'; '.join([*parts, *beside_people(report)])}."


def beside_people(report):
    """Say how accuracies go with those of own listeners, else of published ones, in the first task that has any; a list of one or none."""
    for group in ("own", "published"):
        for task in report.config["tasks"]:
            if group not in scores.groups(report, task):
                continue
            found = scores.measures(report, group, task)
            if not absent(found.get("r")):
                people = f"{found['participants']} {WHO[group]}"
                but = (
                    ""
                    if absent(rho := found.get("backgrounds_rho"))
                    else f", in {_like(rho)} order of backgrounds"
                )
                r = f"r\u00a0=\u00a0{decimal(found['r'])}"
                return [
                    f"over {found['conditions']} conditions its {task}s go with those of {people} at {r}{but}"
                ]
    return []


def summary(report, task):
    """List (key, where, accuracy) of the headline numbers of a task that there are, clean first."""
    found = []
    for key, value in report.evaluated["summary"].items():
        at = re.fullmatch(rf"{re.escape(task)}_at_(.+)dB", key)
        if key == f"{task}_clean":
            found.insert(0, (key, "of clean clips", value))
        elif at:
            found.append((key, f"at {decibel(float(at[1]))} SNR", value))
    return [each for each in found if not absent(each[2])]


def trend(points):
    """Say whether the network's accuracy rises from the lowest to the highest SNR; points : as in `curves`."""
    noisy = points[(points.side == "network") & (points.background != "clean")].sort_values("snr_db")
    ends = {
        kind: rows.value.iloc[[0, -1]].tolist() for kind, rows in noisy.groupby("background") if len(rows) > 1
    }
    if not ends:
        return ""
    flat = [name(kind) for kind, (low, high) in ends.items() if high <= low]
    return f"From the lowest to the highest SNR, accuracy rises for every background{' except ' + joined(flat) if flat else ''}."


def order(fits):
    """Say which background is easiest and which hardest for each side, by its thresholds; fits : as in `curves`."""
    said = []
    for side in ("network", "published", "own"):
        mine = fits[fits.side == side].set_index("background")
        if len(mine) < 2:
            continue
        first, last = (kind for place, kind in enumerate(list_of(fits, side)) if place in (0, len(mine) - 1))
        beyond = {kind: "" if tested else ", beyond the SNRs tested" for kind, tested in mine.tested.items()}
        ends = [
            f"{name(kind)} is {how} ({level(mine.threshold_db[kind])}{beyond[kind]})"
            for kind, how in ((first, "easiest"), (last, "hardest"))
        ]
        said.append(f"For {'the network' if side == 'network' else WHO[side]}, {' and '.join(ends)}.")
    return " ".join(said)


def list_of(fits, side):
    """Return the backgrounds of one side, from its easiest."""
    return ordered(fits[fits.side == side], side)


def panel(points, kind):
    """Say what one panel shows, for those who cannot see it: the accuracy at both ends of the SNRs, and clean, of each side."""
    said = []
    for side in ("network", "published", "own"):
        rows = points[(points.side == side) & (points.background == kind)].sort_values("snr_db")
        if not len(rows):
            continue
        first, last = rows.iloc[0], rows.iloc[-1]
        ends = f"{percent(first.value, 0)} at {decibel(first.snr_db)}"
        if len(rows) > 1:
            ends = f"from {ends} to {percent(last.value, 0)} at {decibel(last.snr_db)}"
        clean = points[(points.side == side) & (points.background == "clean")].value
        ends += f", {percent(clean.iloc[0], 0)} clean" if len(clean) else ""
        said.append(f"{'the network' if side == 'network' else WHO[side]} {ends}")
    return f"{name(kind)}: {'; '.join(said)}"


def alike(theirs, mine):
    """Tell whether two vocabularies of so many labels are of one size."""
    return theirs / ALIKE <= mine <= theirs * ALIKE


def comparable(theirs, mine, task):
    """Say what can be compared of people who chose among `theirs` labels and a network of `mine`, on other clips."""
    if alike(theirs, mine):
        return (
            f"They chose among about {theirs} {task}s, this network among {mine}: vocabularies of one size, so that the values, and with "
            "them rmse, compare as far as other labels and other recordings do."
        )
    fewer = (
        "fewer, so that guessing right is easier"
        if mine < theirs
        else "more, so that guessing right is harder"
    )
    return (
        f"They chose among about {theirs} {task}s, this network among {mine}: {fewer}. Values, and with them rmse, do not compare; "
        "the order of the backgrounds and the shape of the curves do."
    )


def agreement(found):
    """Say in words r, its interval and the order of the backgrounds; found : as `scores.measures`."""
    said = []
    if not absent(found.get("r")):
        ends = span(found.get("r_low"), found.get("r_high"), decimal)
        said.append(
            f"Over {found['conditions']} conditions r is {decimal(found['r'])}{f' ({ends})' if ends else ''}."
        )
    rho = found.get("backgrounds_rho")
    if not absent(rho):
        said.append(
            f"It finds the backgrounds easy and hard in {_like(rho)} order (rank correlation {decimal(rho)})."
        )
    return " ".join(said)


def kappas(rows):
    """Say in words how consistent errors are; rows : (what, between, kappa, low, high)."""
    return "; ".join(f"{between}, {what}: {decimal(value)}" for what, between, value, *_ in rows)


def _like(rho):
    return (
        "the same"
        if rho > 0.999
        else "a similar"
        if rho >= SIMILAR
        else "nearly the reverse"
        if rho <= -SIMILAR
        else "another"
    )
