"""One color and mark for each thing, the same in every figure: backgrounds, network and listeners, layers.

Backgrounds have the filled marks and the colors of Okabe & Ito; the network, its layers and its listeners
have other marks and other colors.
"""

from binascii import crc32
from typing import NamedTuple

from markupsafe import Markup
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path

from heschl.activations.names import PERMUTED, UNTRAINED
from heschl.behavior.columns import LOCAL, PUBLISHED
from heschl.mixtures.backgrounds import BACKGROUNDS
from heschl.mixtures.row import CLEAN

INK = "#7f7f7f"  # mid-tone, legible on white and on black; in SVG it becomes the page's text color
PALETTE = (  # the first six, Okabe & Ito: of backgrounds, distinguishable with any color vision
    *("#0072b2", "#d55e00", "#e69f00", "#009e73", "#56b4e9", "#cc79a7"),
    *("#4b3bb3", "#8a5a1e", "#5f7300"),  # the network, published and local listeners
    *("#b5304a", "#00808a", "#7d4fa0"),  # branches of the network
    *("#a9814f", "#5b84a6"),  # the network without training, and with permuted weights
)
MARKERS = "os^Dv*"  # of backgrounds
OTHERS = "<>d8H"  # of the user's models
KINDS = len(MARKERS)


class Look(NamedTuple):
    """How a line is drawn.

    series : place of its color in PALETTE, and in the page's variables --series-0, --series-1, ...; None: INK
    marker : of matplotlib
    line   : style of matplotlib
    """

    series: int | None
    marker: str
    line: str

    @property
    def color(self) -> str:
        """Return the color as #rrggbb."""
        return INK if self.series is None else PALETTE[self.series]


NONE = Look(None, "h", "none")  # clean clips, without background
SIDES = {"network": Look(6, "X", "-"), PUBLISHED: Look(7, "P", "--"), LOCAL: Look(8, "p", ":")}
NETWORK = SIDES["network"]
BRANCHES = (9, 10, 11)  # places in the palette
CONTROLS = {UNTRAINED: Look(12, "none", "-"), PERMUTED: Look(13, "none", (0, (4, 1, 1, 1)))}


def look(kind: str) -> Look:
    """Return the look of a kind of background in every figure; from the seventh kind on, lines are dotted."""
    if kind == CLEAN:
        return NONE
    place = list(BACKGROUNDS).index(kind) if kind in BACKGROUNDS else len(BACKGROUNDS) + crc32(kind.encode())
    turn, color = divmod(place, KINDS)  # every turn pairs the colors with other marks
    return Look(color, MARKERS[(place + turn) % KINDS], ":" if turn else "-")


def mark(of: Look) -> Markup:
    """Return the mark of a look as a small <svg>, for legends in the page."""
    shape = MarkerStyle(of.marker)
    path = shape.get_path().transformed(shape.get_transform())
    letters = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "Z"}
    steps = [
        letters[code] + ("" if code == Path.CLOSEPOLY else " ".join(f"{x:.2f}" for x in points))
        for points, code in path.iter_segments()
    ]
    color = "currentColor" if of.series is None else f"var(--series-{of.series})"
    return Markup(
        '<svg class="mark" viewBox="-.6 -.6 1.2 1.2" aria-hidden="true"><path transform="scale(1 -1)" '
        'style="fill: {}" d="{}"/></svg>'
    ).format(color, "".join(steps))
