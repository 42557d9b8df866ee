"""How alike two responses are, and how alike those to two different sounds are."""

import numpy as np
from scipy.stats import rankdata

from heschl.statistics.correlation import pearson

MEASURES = ("spearman", "pearson", "snr_db")
BLOCK = 2**14  # units
EQUAL = 1e-6  # correlations that are this near to 1 are those of equal responses


def similarity(one: np.ndarray, other: np.ndarray) -> dict[str, np.ndarray]:
    """Return Spearman's and Pearson's r, and the SNR, of pairs of responses; (pairs,) each.

    one, other : (pairs, units); the SNR takes their difference for noise: 20 lg(|one| / |one - other|) dB.
                 Feather et al. give 10 lg of the same ratio, half of it
    Constant responses have no correlation: nan.
    """
    noise = np.linalg.norm(one - other, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        snr_db = 20 * np.log10(np.linalg.norm(one, axis=1) / noise)
    return {
        "spearman": pearson(_ranks(one), _ranks(other)),
        "pearson": pearson(one, other),
        "snr_db": snr_db,
    }


def of_all_pairs(responses: np.ndarray) -> dict[str, np.ndarray]:
    """Return the similarity of all pairs of different sounds, as `similarity`, (pairs,) each.

    responses : (sounds, units) float
    """
    pairs = np.triu_indices(len(responses), 1)
    products = _products(responses)
    squares = np.diag(products)
    noise = np.maximum(squares[:, None] + squares - 2 * products, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "spearman": _correlations(_products(ranks := _ranks(responses)), ranks),
            "pearson": _correlations(products, responses),
            "snr_db": 10 * np.log10(squares[:, None] / noise),
        }
    return {name: values[pairs] for name, values in found.items()}


def _products(values: np.ndarray) -> np.ndarray:
    """Return the scalar products of rows, (rows, rows) float64, some units at a time."""
    total = np.zeros((len(values), len(values)))
    for start in range(0, values.shape[1], BLOCK):
        part = values[:, start : start + BLOCK].astype(np.float64)
        total += part @ part.T
    return total


def _correlations(products: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return Pearson's r of rows from their scalar products; nan where a row is constant."""
    means = values.mean(axis=1, dtype=np.float64)
    covariances = products - values.shape[1] * np.outer(means, means)
    variances = np.diag(covariances)
    varies = variances > EQUAL**2 * np.diag(products)
    scale = np.sqrt(np.where(varies, variances, np.nan))
    return covariances / np.outer(scale, scale)


def clips_for(pairs: int) -> int:
    """Return how many clips have at least so many pairs."""
    clips = int(np.ceil((1 + np.sqrt(1 + 8 * pairs)) / 2))
    return clips if clips * (clips - 1) // 2 >= pairs else clips + 1


def outside(found: dict[str, np.ndarray], null: dict[str, np.ndarray]) -> np.ndarray:
    """Return which similarities are above those of all pairs of different sounds, in every measure.

    A correlation is left out if pairs of different sounds reach 1, as ranks of few units do: it cannot tell
    them from equal ones.
    """
    highest = {name: np.nanmax(null[name]) for name in MEASURES}
    told = [name for name in MEASURES if name == "snr_db" or highest[name] < 1 - EQUAL]
    return np.all([found[name] > highest[name] for name in told], axis=0)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return the ranks of each row's values, in their type: a row at a time, as they may be many."""
    return np.stack([rankdata(row).astype(values.dtype) for row in values])
