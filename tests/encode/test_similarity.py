"""Matrices of similarity and their noise ceiling, against SciPy."""

import numpy as np
from scipy import stats

from heschl.encode.similarity import ceiling, matrix, ranks, rho


def test_matrices_and_their_similarity():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 20, 50))
    a[:, 3] = 7.0  # a unit that does not vary
    np.testing.assert_allclose(
        matrix(a), np.corrcoef(stats.zscore(np.delete(a, 3, axis=1), axis=0)), atol=1e-12
    )
    upper = np.triu_indices(20, k=1)
    np.testing.assert_allclose(
        rho(ranks(matrix(a)), ranks(matrix(b))),
        stats.spearmanr(matrix(a)[upper], matrix(b)[upper])[0],
        atol=1e-12,
    )
    assert matrix(np.ones((20, 50))) is None
    assert matrix(a[:, :2]) is None
    people = np.array([matrix(a + 0.5 * rng.standard_normal(a.shape)) for _ in range(4)])
    limits = ceiling(people)
    ranked = np.array([stats.rankdata(each[upper]) for each in people])
    others = [stats.spearmanr(ranked[n], np.delete(ranked, n, 0).mean(0))[0] for n in range(4)]
    np.testing.assert_allclose(limits.lower, np.mean(others), atol=1e-12)
    candidates = (*ranked, ranked.mean(0), people.mean(0)[upper])
    reached = [np.mean([stats.spearmanr(candidate, each)[0] for each in ranked]) for candidate in candidates]
    assert limits.lower < max(reached) <= limits.upper
    people[0] *= 100  # a matrix with larger values has no more weight
    np.testing.assert_allclose(ceiling(people), limits)
    assert np.isnan(ceiling(people[:1])).all()
