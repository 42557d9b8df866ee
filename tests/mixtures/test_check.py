import pytest

from pipeline.mixtures.check import MixtureError, check
from pipeline.mixtures.draw import draw_mixtures


@pytest.fixture(scope="module")
def made(corpus, sound, mixture_params):
    folder, tables = corpus
    return draw_mixtures(tables, folder, ("word", "genre"), mixture_params, sound)


def test_nothing_masks_itself_or_crosses_splits(made):
    check(made)
    row = made.index[made["background"] == "music"][0]
    masked = made.copy()
    masked.at[row, "background_sources"] = (masked.at[row, "source"],)
    with pytest.raises(MixtureError, match="is both target and background"):
        check(masked)
    crossed = made.copy()
    other = made.loc[made["split"] != made.at[row, "split"], "source"].iloc[0]
    crossed.at[row, "background_sources"] = (other,)
    with pytest.raises(MixtureError, match="is heard in"):
        check(crossed)
