"""What a section of the page is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from heschl.report.figures.files import Drawn
from heschl.report.inputs import Inputs


@dataclass(frozen=True, eq=False)
class Content:
    """What a section shows.

    context : the variables of its template
    figures : by name; the report stage saves each of them and the values that it shows
    """

    context: Mapping[str, Any]
    figures: Mapping[str, Drawn] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """A section of the page.

    name    : of its module and template in `sections`, and its anchor in the page
    title   : its heading, and its link at the top of the page
    content : from what is read to what the section shows; None leaves the section out
    """

    name: str
    title: str
    content: Callable[[Inputs], Content | None]
