"""Values against depth are drawn as in the table."""

import numpy as np

from heschl.report.figures import depth
from heschl.report.sections import decode, encode
from tests.helpers import layers_tables


def panels(knowing):
    """Return the panels of every readout."""
    names = dict.fromkeys(knowing.readouts.readout)
    return [panel for name in names for panel in decode.panels_of(decode.rows_of(knowing, name), name)]


def drawn(axes):
    """Return the points of the lines by name, the paths that have no name last."""
    named = {bars.get_label(): bars.lines[0].get_xydata() for bars in axes.containers}
    return named | {
        line.get_label(): line.get_xydata() for line in axes.lines if not line.get_label().startswith("_")
    }


def test_the_trunk_parts_into_the_branches_and_all_numbers_are_drawn(knowing):
    panel = panels(knowing)[2]
    axes, table = (
        depth.one(panel).axes[0],
        knowing.readouts[(knowing.readouts.readout == "word") & (knowing.readouts.model == "network")],
    )
    points = drawn(axes)
    for branch in ("", "word", "genre"):
        np.testing.assert_allclose(points[branch or "trunk"][:, 1], 100 * table.value[table.branch == branch])
    bars = next(each for each in axes.containers if each.get_label() == "word").lines[2][0].get_segments()
    np.testing.assert_allclose(
        np.array(bars)[:, :, 1], 100 * table.loc[table.branch == "word", ["low", "high"]]
    )
    trunk, *branches = [
        line.get_xydata()
        for line in axes.lines
        if line.get_label() == "_path" and line.get_marker() == "None"
    ][-3:]
    for each in branches:  # from the last layer that they share
        np.testing.assert_allclose(each[0], trunk[-1])
    np.testing.assert_allclose(points["chance"][:, 1], 5)
    np.testing.assert_allclose(points["shuffled"][:, 1], 100 * table.shuffled[table.branch == ""])
    names = [tick.get_text() for tick in axes.get_xticklabels()]
    assert names == [*layers_tables.TRUNK, *layers_tables.BRANCH]
    assert {text.get_text() for text in axes.texts} == {"word", "genre"}


def test_the_modulation_filters_and_the_ceiling_are_levels(encoded):
    panel = next(panel for panel in encode.rho_panels(encoded) if panel.title == "early")
    row = encoded.similarity.query("region == 'early' and model == 'modulation'").iloc[0]
    assert panel.levels["modulation"] == (row.rho, row.low, row.high)
    assert panel.levels["ceiling"][1:] == (0.35, 0.5)
    axes = depth.one(panel).axes[0]
    np.testing.assert_allclose(drawn(axes)["modulation"][:, 1], row.rho)
    assert "noise ceiling" in axes.get_legend_handles_labels()[1]
    assert len({panel.limits for panel in encode.rho_panels(encoded)}) == 1
