"""Matrices are drawn by rank."""

import numpy as np
import pytest

from heschl.report.figures import matrices

NAN = float("nan")


def test_matrices_are_drawn_by_rank_with_their_categories():
    rng = np.random.default_rng(0)
    alike = rng.uniform(-1, 1, (6, 6))
    alike = alike + alike.T
    alike[1, 2] = alike[2, 1] = NAN
    ranks = matrices.ranks(alike)
    known = np.isfinite(ranks)
    assert not known[1, 2]
    assert not known.diagonal().any()
    order = np.argsort(alike[known], kind="stable")
    assert (np.diff(ranks[known][order]) >= 0).all()
    assert (ranks[known].min(), ranks[known].max()) == (
        pytest.approx(0, abs=0.05),
        pytest.approx(1, abs=0.05),
    )
    np.testing.assert_allclose(
        ranks, matrices.ranks(alike**3 * 5), equal_nan=True
    )  # as Spearman's rho sees it
    first, second = matrices.pair(("A1", alike), ("conv1", alike), np.repeat(["music", "speech"], 3)).axes
    assert [text.get_text() for text in first.texts] == ["music", "speech"]
    assert (first.get_title(), second.get_title()) == ("A1", "conv1")
    assert matrices.pair(("A1", np.eye(600)), ("x", np.eye(600)), np.repeat([""], 600)).axes[0].images[
        0
    ].get_array().shape == (200, 200)
