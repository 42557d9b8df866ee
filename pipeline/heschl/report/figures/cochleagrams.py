"""Pictures of what the ear passes on to the network."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heschl.report.figures.style import axes_of, plain, styled

TICKS_HZ = np.array([100, 200, 500, 1000, 2000, 5000, 10000, 20000])


@styled
def cochleagram(
    image: np.ndarray, frequencies_hz: Sequence[float] | np.ndarray, times_s: Sequence[float] | np.ndarray
) -> Figure:
    """Draw a cochleagram: time from left to right, frequency from low to high.

    image          : (frequency, time) float
    frequencies_hz : (frequency,) Hz, rising; the outermost may repeat
    times_s        : (time,) s, evenly spaced
    raises         : ValueError if they do not fit together
    """
    figure, axes = axes_of(3.1, 2.0)
    _draw(axes, image, frequencies_hz, times_s)
    axes.set(xlabel="time (s)", ylabel="frequency (Hz)")
    return figure


@styled
def cochleagrams(
    images: Mapping[str, np.ndarray],
    frequencies_hz: Sequence[float] | np.ndarray,
    times_s: Sequence[float] | np.ndarray,
) -> Figure:
    """Draw cochleagrams of one ear side by side, each with its own brightness.

    images : {title: (frequency, time)}, one or more; frequencies_hz, times_s : as in `cochleagram`
    """
    figure = Figure(figsize=(2.4 * len(images) + 0.4, 2.3), layout="constrained")
    every = figure.subplots(1, len(images), squeeze=False)[0]
    for place, (axes, (title, image)) in enumerate(zip(every, images.items(), strict=True)):
        _draw(axes, image, frequencies_hz, times_s)
        axes.set(title=plain(title), xlabel="time (s)", ylabel="" if place else "frequency (Hz)")
        axes.tick_params(labelleft=not place)
    return figure


def values(
    images: Mapping[str, np.ndarray],
    frequencies_hz: Sequence[float] | np.ndarray,
    times_s: Sequence[float] | np.ndarray,
) -> pd.DataFrame:
    """Return the values of `cochleagrams`: frequency_hz, time_s, and a column for each title."""
    grid = np.meshgrid(frequencies_hz, times_s, indexing="ij")
    table = dict(zip(("frequency_hz", "time_s"), (each.ravel() for each in grid), strict=True))
    return pd.DataFrame(table | {title: np.ravel(image) for title, image in images.items()}).round(6)


def _draw(
    axes: Axes,
    image: np.ndarray,
    frequencies_hz: Sequence[float] | np.ndarray,
    times_s: Sequence[float] | np.ndarray,
) -> None:
    image, frequencies_hz, times_s = (np.asarray(each, float) for each in (image, frequencies_hz, times_s))
    shape = len(frequencies_hz), len(times_s)
    if image.shape != shape or (np.diff(frequencies_hz) < 0).any() or len(times_s) < 2:
        raise ValueError(
            f"a cochleagram of shape {image.shape} with {shape[0]} frequencies and {shape[1]} times: "
            "expected (frequency, time), one frequency per row, none below the previous one, and at least "
            "two times"
        )
    half = (times_s[1] - times_s[0]) / 2
    extent = (times_s[0] - half, times_s[-1] + half, -0.5, len(image) - 0.5)
    axes.imshow(image, cmap="magma", origin="lower", aspect="auto", extent=extent, interpolation="nearest")
    ticks = TICKS_HZ[(frequencies_hz[0] <= TICKS_HZ) & (frequencies_hz[-1] >= TICKS_HZ)]
    axes.set_yticks(np.interp(ticks, frequencies_hz, np.arange(len(image))), [str(tick) for tick in ticks])
    axes.grid(False)
