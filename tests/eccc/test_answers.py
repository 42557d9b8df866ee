import numpy as np
import pytest

from heschl.audio import Sound
from heschl.eccc import answers as answering
from heschl.eccc.answers import COLUMNS, answers
from heschl.eccc.table import EcccError, find, read
from tests.eccc.miniature import RATE, Stub, made

LABELS = ["__genre__", "HIGH ", "hay", "low", "ball"]
LOGITS = np.log([  # of the null class, high, hay, low, ball: for the clips 1, 2, 30, 32
    [0.8, 0.1, 0.02, 0.06, 0.02],  # the listeners' confusion, high
    [0.0001, 0.1, 0.5, 0.3, 0.1],  # hay, which one listener gave; then low, the confusion
    [0.2, 0.1, 0.1, 0.5, 0.1],  # the target; the confusion, lower, is not known
    [0.2, 0.2, 0.2, 0.2, 0.2],  # ties keep the order of the labels
])  # fmt: skip


@pytest.fixture
def corpus(tmp_path):
    return made(tmp_path / "corpus")


@pytest.fixture
def stub():
    return Stub(Sound(sample_rate=RATE, clip_s=2.0), LABELS, LOGITS)


def test_known_logits_give_known_answers(corpus, stub):
    found = answers(stub, read(find(corpus)), corpus)
    clips = found.clips.set_index("id")
    assert list(found.clips) == list(COLUMNS)
    assert clips.index.tolist() == ["1", "2", "30", "32"]  # the network does not know tall
    assert clips["answer"].tolist() == ["high", "hay", "low", "high"]
    assert clips["target_rank"].tolist() == [2, 3, 1, 1]
    assert clips["confusion_rank"].tolist() == pytest.approx([1, 2, np.nan, 3], nan_ok=True)
    assert clips["answer_share"].tolist() == pytest.approx([10 / 15, 1 / 14, 3 / 15, 0])
    assert clips["target_share"].tolist() == pytest.approx([5 / 15, 0, 3 / 15, 0])
    assert clips["confusion_share"].tolist() == pytest.approx([10 / 15, 9 / 14, 8 / 15, 1])
    assert clips.loc["1", ["probability", "target_probability", "confusion_probability"]].tolist() == (
        pytest.approx([0.5, 0.3, 0.5], rel=1e-5)  # without the null class
    )
    assert found.ranks.tolist() == [[1, 3, 2, 4], [3, 1, 2, 4], [2, 3, 1, 4], [1, 2, 3, 4]]
    assert (found.target.tolist(), found.confusion.tolist()) == ([2, 0, 2, 0], [0, 2, -1, 2])
    assert clips["achieved_snr_db"].tolist() == pytest.approx(clips["snr_db"].tolist(), abs=0.01)


def test_batches_change_nothing(corpus, stub, monkeypatch):
    clips = read(find(corpus))
    whole = answers(stub, clips, corpus)
    monkeypatch.setattr(answering, "BATCH", 3)
    other = Stub(stub.sound, LABELS, LOGITS)
    assert answers(other, clips, corpus).clips.equals(whole.clips)
    assert [len(batch) for batch in other.heard] == [3, 1]
    np.testing.assert_array_equal(np.concatenate(other.heard), stub.heard[0])


def test_a_vocabulary_without_a_target_or_without_words_is_an_error(corpus, stub):
    stub.labels = {"word": ["__genre__", "pelican", "walrus"]}
    with pytest.raises(EcccError, match=r"none of the 5 clips has a target in .* 2 words \(pelican, walrus"):
        answers(stub, read(find(corpus)), corpus)
    stub.labels = {"genre": ["rock", "jazz"]}
    with pytest.raises(EcccError, match="the network has the tasks genre; expected word"):
        answers(stub, read(find(corpus)), corpus)


def test_a_missing_sound_is_an_error_before_the_first_answer(corpus, stub):
    (corpus / "confusionWavs" / "T_32.wav").unlink()
    with pytest.raises(EcccError, match="no sound of ID 32"):
        answers(stub, read(find(corpus)), corpus)
    assert stub.heard == []
