"""What the ear passes on to the network: a clip, a tone and a chord."""

from collections.abc import Mapping
from typing import Any

from heschl.report.examples import Demonstration
from heschl.report.figures.cochleagrams import cochleagrams, values
from heschl.report.figures.files import Drawn
from heschl.report.figures.svg import to_png
from heschl.report.section import Content


def content(ear: Mapping[str, Any], shown: Demonstration | None) -> Content | None:
    """Return the cochleagrams, None if there are none; ear : params of the network's cochleagram."""
    if shown is None:
        return None
    figure = cochleagrams(*shown)
    context = {
        "bands": ear["sample_factor"] * (ear["filters"] + 3) - 1,
        "low_hz": ear["low_hz"],
        "high_hz": ear["high_hz"],
        "picture": to_png(figure),
        "titles": list(shown.images),
    }
    return Content(context, {"cochleagrams": Drawn(figure, values(*shown))})
