import pytest

from heschl.mixtures.check import MixtureError, check_masks, check_splits
from tests.helpers.mixtures import draw_mixtures


@pytest.fixture(scope="module")
def made(corpus, sound, mixture_params):
    folder, tables = corpus
    return draw_mixtures(tables, folder, ("word", "genre"), mixture_params, sound)


def heard(frame):
    return [(row.split, [row.source, *row.background_sources]) for row in frame.itertuples()]


def test_nothing_masks_itself_or_crosses_splits(made):
    check_masks(made.to_dict("records"))
    check_splits(heard(made))
    row = made.index[made["background"] == "music"][0]
    masked = made.copy()
    masked.at[row, "background_sources"] = (masked.at[row, "source"],)
    with pytest.raises(MixtureError, match="is both target and background"):
        check_masks(masked.to_dict("records"))
    masked.at[row, "background_sources"], masked.at[row, "background_files"] = (
        (),
        (masked.at[row, "target_file"],),
    )
    with pytest.raises(MixtureError, match="is both target and background"):
        check_masks(masked.to_dict("records"))
    crossed = made.copy()
    other = made.loc[made["split"] != made.at[row, "split"], "source"].iloc[0]
    crossed.at[row, "background_sources"] = (other,)
    with pytest.raises(MixtureError, match="is heard in"):
        check_splits(heard(crossed))
