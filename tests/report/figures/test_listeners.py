"""Network and listeners are drawn against each other."""

import numpy as np
import pandas as pd

from heschl.report.figures import listeners
from tests.helpers.report_curves import lines


def test_scatter_has_people_across_and_the_network_up():
    rows = pd.DataFrame(
        [
            ("clean", np.nan, 0.9, 0.8, 1.0, 0.7, 0.6, 0.8),
            ("scene", -9.0, 0.3, 0.2, 0.4, 0.1, 0.05, 0.2),
            ("scene", 3.0, 0.6, 0.5, 0.7, 0.5, 0.4, 0.6),
        ],
        columns=[
            "background",
            "snr_db",
            *(side + end for side in ("listeners", "network") for end in ("", "_low", "_high")),
        ],
    )
    figure = listeners.scatter(rows, "people")
    drawn = lines(figure)
    np.testing.assert_allclose(drawn["auditory scene"].get_xydata(), [[30, 10], [60, 50]])
    np.testing.assert_allclose(drawn["none (clean)"].get_xydata(), [[90, 70]])
    across, up = (bars.get_segments() for bars in figure.axes[0].containers[1].lines[2])
    np.testing.assert_allclose(across[0][:, 0], [20, 40])
    np.testing.assert_allclose(up[0][:, 1], [5, 20])


def test_consistency_draws_its_rows_from_the_top_and_survives_no_interval():
    figure = listeners.consistency(
        [("within", "network-person", 0.2, 0.1, 0.3), ("within", "person-person", 0.4, None, None)]
    )
    (first,), (second,) = (each.lines[0].get_xydata() for each in figure.axes[0].containers)
    np.testing.assert_allclose([first, second], [[0.2, 1], [0.4, 0]])
    np.testing.assert_allclose(figure.axes[0].containers[0].lines[2][0].get_segments()[0][:, 0], [0.1, 0.3])
