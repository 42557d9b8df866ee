"""A network beside people: condition by condition, and error by error."""

import numpy as np

from pipeline.report.style import INK, SIDES, axes_of, look, plain, styled
from pipeline.report.words import kinds_of, name

CHANCE_OF_KAPPA = 0.0


@styled
def scatter(rows, who):
    """Draw the network's accuracy against people's, a point a condition, with intervals, and the line on which both are equal.

    rows : background, snr_db (NaN when clean), listeners, listeners_low, listeners_high, network, network_low, network_high (0 to 1)
    who  : whose accuracy is across
    """
    figure, axes = axes_of(3.8, 4.0)
    axes.plot([0, 100], [0, 100], color=INK, linewidth=0.9, linestyle="--", label="equal")
    kinds = kinds_of(rows)
    looks = {kind: look(kind, place)[:2] for place, kind in enumerate(kinds)} | {"clean": (INK, "D")}
    for kind in [*kinds, "clean"]:
        some = rows[rows.background == kind].sort_values("snr_db")
        if not len(some):
            continue
        colour, marker = looks[kind]
        (x, x_bar), (y, y_bar) = (_with_bars(some, side) for side in ("listeners", "network"))
        _, _, stems = axes.errorbar(
            x,
            y,
            xerr=x_bar,
            yerr=y_bar,
            fmt=marker,
            color=colour,
            elinewidth=0.7,
            label=plain(name(kind)),
            clip_on=False,
        )
        for each in stems:
            each.set_alpha(0.45)
        axes.plot(
            x, y, color=colour, linewidth=0.7, alpha=0.6, label="_path"
        )  # from the lowest SNR to the highest
    axes.set(
        xlabel=f"{plain(who)}, correct (%)",
        ylabel="the network, correct (%)",
        xlim=(0, 100),
        ylim=(0, 100),
        aspect="equal",
    )
    figure.legend(loc="outside lower center", ncols=3, handlelength=1.4, columnspacing=1)
    return figure


@styled
def consistency(rows):
    """Draw kappa of network and persons beside that of persons among themselves.

    rows : list of (what, between, kappa, low, high), from the top; between is "network-person" or "person-person"; None where undefined
    """
    figure, axes = axes_of(3.8, 0.75 + 0.36 * len(rows))
    for height, (what, between, value, low, high) in zip(range(len(rows))[::-1], rows, strict=True):
        colour, marker, _ = SIDES["network" if between == "network-person" else "own"]
        ends = np.array([[value if low is None else low], [value if high is None else high]])
        axes.errorbar(
            [value],
            [height],
            xerr=abs(ends - value),
            fmt=marker,
            color=colour,
            capsize=3,
            label=plain(f"{what}, {between}"),
        )
    axes.axvline(CHANCE_OF_KAPPA, color=INK, linestyle="--", linewidth=1)
    axes.set_yticks(range(len(rows))[::-1], [plain(f"{between}\n{what}") for what, between, *_ in rows])
    axes.set(xlabel="error consistency \u03ba", ylim=(-0.6, len(rows) - 0.4))
    axes.grid(False, axis="y")
    return figure


def _with_bars(rows, side):
    low, value, high = (rows[side + end].to_numpy(float) * 100 for end in ("_low", "", "_high"))
    return value, np.nan_to_num(np.clip([value - low, high - value], 0, None))
