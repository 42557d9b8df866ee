"""How alike two responses are, and how alike those to two different sounds are."""

import numpy as np
from scipy.stats import rankdata

from pipeline.statistics.correlation import pearson

MEASURES = ("spearman", "pearson", "snr_db")
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
    products = responses @ responses.T
    squares = np.diag(products)
    noise = np.maximum(squares[:, None] + squares - 2 * products, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        snr_db = 10 * np.log10(squares[:, None] / noise)
        correlations = {
            name: np.corrcoef(values, dtype=responses.dtype)
            for name, values in (("spearman", _ranks(responses)), ("pearson", responses))
        }
    return {name: found[pairs] for name, found in (correlations | {"snr_db": snr_db}).items()}


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
    return rankdata(values, axis=1).astype(values.dtype)
