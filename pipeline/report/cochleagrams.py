"""Pictures of what the ear passes on."""

import numpy as np
from matplotlib.figure import Figure

from pipeline.report.style import axes_of, plain, styled

TICKS_HZ = np.array([100, 200, 500, 1000, 2000, 5000, 10000, 20000])


@styled
def cochleagram(image, frequencies_hz, times_s):
    """Draw a cochleagram: time from left to right, frequency from low to high.

    image          : (frequency, time) float
    frequencies_hz : (frequency,) Hz, rising; the outermost may repeat
    times_s        : (time,) s, evenly rising
    raises         : ValueError if they do not fit
    """
    figure, axes = axes_of(3.1, 2.0)
    _cochleagram(axes, image, frequencies_hz, times_s)
    axes.set(xlabel="time (s)", ylabel="frequency (Hz)")
    return figure


@styled
def cochleagrams(images, frequencies_hz, times_s):
    """Draw cochleagrams of the same ear side by side, each with its own brightness.

    images : {title: (frequency, time)}, one or more; frequencies_hz, times_s as in `cochleagram`
    """
    figure = Figure(figsize=(2.4 * len(images) + 0.4, 2.3), layout="constrained")
    for place, (axes, (title, image)) in enumerate(
        zip(figure.subplots(1, len(images), squeeze=False)[0], images.items(), strict=True)
    ):
        _cochleagram(axes, image, frequencies_hz, times_s)
        axes.set(title=plain(title), xlabel="time (s)", ylabel="" if place else "frequency (Hz)")
        axes.tick_params(labelleft=not place)
    return figure


def _cochleagram(axes, image, frequencies_hz, times_s):
    image, frequencies_hz, times_s = (np.asarray(each, float) for each in (image, frequencies_hz, times_s))
    if (
        image.shape != (len(frequencies_hz), len(times_s))
        or (np.diff(frequencies_hz) < 0).any()
        or len(times_s) < 2
    ):
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
