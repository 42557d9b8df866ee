"""Accuracy against SNR: all backgrounds at once, one panel a background, and the thresholds.

Figures are drawn from two tables, for one task and one number of answers:

points : side ("network", "published" or "own"), background, snr_db (dB, NaN when clean), value, low, high (0 to 1)
fits   : side, background, threshold_db, threshold_low, threshold_high (dB), rate (per dB), ceiling, guess (0 to 1), tested (whether the
         threshold lies within the SNRs tested), levels_low, levels_high (dB, between which clips were heard)
"""

import numpy as np
from matplotlib.figure import Figure
from scipy.special import expit

from pipeline.report.style import INK, SIDES, axes_of, grid, look, plain, styled
from pipeline.report.words import kinds_of, name, signed

COLUMNS = 3  # of panels, in a picture of all
STEPS = 60  # points of a fitted curve


@styled
def overview(points, fits, task, chance):
    """Draw the network's accuracy against SNR, a colour a background: points as measured, lines as fitted.

    points, fits : as above; other sides are left out
    chance       : 0 to 1, a dashed line
    returns      : Figure; clean is a point with its interval at the right. A background without fit has its points joined.
    """
    figure, axes = axes_of(3.8, 3.3)
    points, fits = (table[table.side == "network"] for table in (points, fits))
    levels, clean_at = _levels(points)
    for place, kind in enumerate(kinds_of(points)):
        rows = points[points.background == kind].sort_values("snr_db")
        colour, marker, line = look(kind, place)
        fitted = fits[fits.background == kind]
        joint = "none" if len(fitted) else line
        axes.plot(
            rows.snr_db,
            rows.value * 100,
            linestyle=joint,
            marker=marker,
            color=colour,
            label=plain(name(kind)),
            clip_on=False,
        )
        for fit in fitted.itertuples():
            axes.plot(*curve(fit, levels), color=colour, linestyle=line, linewidth=1.2, label="_fit")
    _bars(axes, points[points.background == "clean"], clean_at, "clean", INK, "D")
    _chance(axes, chance)
    _scales(axes, levels, clean_at)
    axes.set(xlabel="SNR (dB)", ylabel=f"{plain(task)} named correctly (%)")
    figure.legend(loc="outside lower center", ncols=3, handlelength=1.4, columnspacing=1)
    return figure


@styled
def panel(points, fits, kind, chance):
    """Draw one background: the network, and listeners where there are any, with intervals, fits and thresholds."""
    figure = Figure(figsize=(1.9, 1.6))
    _panel(figure.add_axes((0.25, 0.27, 0.73, 0.6)), points, fits, kind, chance)
    return figure


@styled
def panels(points, fits, chance):
    """Draw `panel` of every background in one picture."""
    kinds = kinds_of(points) or [""]
    rows = -(-len(kinds) // COLUMNS)
    height = 1.85 * rows + 0.4  # inches, of which the legend takes 0.4, and margins as much as `panel` has
    figure = Figure(figsize=(2.2 * COLUMNS, height))
    places = {
        "left": 0.08,
        "right": 0.98,
        "wspace": 0.35,
        "top": 1 - 0.25 / height,
        "bottom": 0.85 / height,
        "hspace": 0.75,
    }
    grid_of = figure.subplots(rows, COLUMNS, squeeze=False, gridspec_kw=places).ravel()
    for axes, kind in zip(grid_of, kinds, strict=False):
        _panel(axes, points, fits, kind, chance)
    for axes in grid_of[len(kinds) :]:
        axes.remove()
    figure.legend(*grid_of[0].get_legend_handles_labels(), loc="lower center", ncols=4)
    return figure


@styled
def thresholds(fits):
    """Draw the threshold of each background with its interval, the network's easiest at the top; empty where it lies beyond the SNRs."""
    kinds = ordered(fits)
    sides = [side for side in SIDES if side in set(fits.side)]
    figure, axes = axes_of(3.8, 0.8 + max(0.16 * len(sides), 0.36) * len(kinds))
    low, high = fits.levels_low.min(), fits.levels_high.max()
    reach = (high - low) / 2
    left, right = (
        min(low - reach, fits.threshold_db.min() - 1),
        max(high + reach, fits.threshold_db.max() + 1),
    )
    for offset, side in enumerate(sides):
        colour, marker, _ = SIDES[side]
        for row in fits[fits.side == side].itertuples():
            height = len(kinds) - 1 - kinds.index(row.background) - 0.22 * (offset - (len(sides) - 1) / 2)
            bar = [
                [max(row.threshold_db - row.threshold_low, 0)],
                [max(row.threshold_high - row.threshold_db, 0)],
            ]
            face = colour if row.tested else "none"
            axes.errorbar(
                [row.threshold_db], [height], xerr=bar, fmt=marker, color=colour, mfc=face, label=side
            )
    axes.axvspan(low, high, color=INK, alpha=0.08, linewidth=0)
    axes.set_yticks(range(len(kinds))[::-1], [plain(name(kind)) for kind in kinds])
    axes.set(xlabel="SNR at the threshold (dB)", xlim=(left, right), ylim=(-0.6, len(kinds) - 0.4))
    axes.grid(False, axis="y")
    return figure


def ordered(fits, side="network"):
    """Return the backgrounds from the easiest, of the lowest threshold, to the hardest; those that `side` lacks come last."""
    mine = fits[fits.side == side].sort_values(["threshold_db", "background"])
    others = sorted(set(fits.background) - set(mine.background))
    return [*mine.background, *others]


def curve(fit, levels):
    """Return SNRs (dB) and the fitted accuracy there (%): guess + (ceiling - guess) / (1 + exp(-rate (snr - threshold)))."""
    snr_db = np.linspace(levels[0], levels[-1], STEPS)
    return snr_db, 100 * (
        fit.guess + (fit.ceiling - fit.guess) * expit(fit.rate * (snr_db - fit.threshold_db))
    )


def _panel(axes, points, fits, kind, chance):
    grid(axes)
    levels, clean_at = _levels(points)
    step = np.diff(levels).min() if len(levels) > 1 else 1.0
    sides = [side for side in SIDES if side in set(points.side)]
    for place, side in enumerate(sides):
        colour, marker, line = SIDES[side]
        rows = points[(points.side == side) & points.background.isin([kind, "clean"])].sort_values("snr_db")
        fitted = fits[(fits.side == side) & (fits.background == kind) & np.isfinite(fits.rate)]
        heard = rows.background.eq(kind).any()
        rows = (
            rows[rows.background.eq("clean") | heard] if heard else rows[:0]
        )  # nobody of this side heard this background
        at = rows.snr_db.fillna(clean_at) + 0.12 * step * (
            place - (len(sides) - 1) / 2
        )  # so that bars do not hide each other
        _bars(axes, rows, at, side, colour, marker)
        if len(fitted):
            fit = next(fitted.itertuples())
            axes.plot(*curve(fit, levels), color=colour, linestyle=line, label="_fit")
            half = 50 * (fit.guess + fit.ceiling)
            if levels[0] <= fit.threshold_db <= levels[-1]:
                axes.plot(
                    [fit.threshold_db] * 2,
                    [0, half],
                    color=colour,
                    linewidth=0.8,
                    linestyle=(0, (1, 1.5)),
                    label="_threshold",
                )
        else:
            inner = rows.background.eq(kind)
            axes.plot(at[inner], rows.value[inner] * 100, color=colour, linestyle=line, label="_line")
    _chance(axes, chance)
    _scales(axes, levels, clean_at)
    shown = [signed(each) if place % 2 == 0 else "" for place, each in enumerate(levels[::-1])][
        ::-1
    ]  # there is no room for all
    axes.set_xticklabels([*shown, "clean"])
    axes.set_yticks([0, 50, 100], ["0", "50", "100 %"])
    axes.set(title=plain(name(kind)), xlabel="SNR (dB)")


def _levels(points):
    """Return the SNRs of the points (dB), rising, and where clean is drawn."""
    levels = np.unique(points.snr_db.dropna().to_numpy(float))
    step = np.diff(levels).min() if len(levels) > 1 else 1.0
    return levels, levels[-1] + 1.5 * step if len(levels) else 0.0


def _bars(axes, rows, at, label, colour, marker):
    low, value, high = (rows[column].to_numpy(float) * 100 for column in ("low", "value", "high"))
    at = np.broadcast_to(np.asarray(at, float), value.shape)
    bars = np.nan_to_num(np.clip([value - low, high - value], 0, None))
    _, _, (stems,) = axes.errorbar(
        at,
        value,
        yerr=bars,
        label=plain(label),
        color=colour,
        marker=marker,
        linestyle="none",
        elinewidth=0.9,
        clip_on=False,
    )
    stems.set_alpha(0.6)


def _chance(axes, chance):
    axes.axhline(chance * 100, color=INK, linestyle="--", linewidth=0.9, label="chance")


def _scales(axes, levels, clean_at):
    axes.set_xticks([*levels, clean_at], [*map(signed, levels), "clean"])
    axes.set_ylim(0, 100)
