import pytest

from heschl.experiment.design import (
    ExperimentError,
    ExperimentParams,
    Target,
    check_answers,
    conditions_of,
    targets_of,
)
from heschl.params import ParamsError, parse, plain
from tests.helpers.listening import PARAMS


def test_two_cuts_around_a_word_share_a_recording():
    def record(key, start, word, background="clean", snr=None):
        return {
            "key": key, "task": "word", "word": "low", "source": "speaker a", "target_file": "a.wav",
            "target_start_s": start, "word_start_s": word, "background": background, "snr_db": snr,
        }  # fmt: skip

    one, other, third = targets_of(
        [record("a", 1.2, 0.5), record("b", 1.1001, 0.6), record("c", 3.0, 0.5)], "word"
    )
    assert one.recording == other.recording != third.recording
    with pytest.raises(
        ExperimentError,
        match=r"a.wav at 3.0 s has 1 test clips in 1 conditions; expected one in each of 2.*grid",
    ):
        targets_of(
            [record("a", 1.2, 0.5), record("b", 1.2, 0.5, "scene", 3.0), record("c", 3.0, 0.5)], "word"
        )
    assert conditions_of(
        [one, Target(one.recording, "s", "l", {("clean", None): "x", ("scene", 3.0): "y"})]
    ) == [
        ("clean", None),
        ("scene", 3.0),
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"answers": {"word": "typed"}},
            r"trials names the tasks \['genre', 'word'\], answers names \['word'\]",
        ),
        ({"post": "ftp://lab"}, "post is 'ftp://lab'; expected a URL"),
        ({"post": "https://lab.example/x'; script-src *"}, "expected a URL"),
        (
            {"answers": {"word": "typed", "genre": "dial"}, "headphones": "advised"},
            "headphones is 'advised', and a direction is asked for: expected required",
        ),
        ({"headphones": "maybe"}, "headphones is 'maybe'"),
    ],
)
def test_invalid_params_are_refused(changes, message):
    with pytest.raises(ParamsError, match=message):
        parse("experiment", plain(PARAMS) | changes, ExperimentParams)


def test_participants_give_as_many_labels_as_the_network_is_scored_on():
    check_answers(PARAMS, {"genre": PARAMS.answers["genre"].choose})
    with pytest.raises(
        ExperimentError,
        match=r"asks participants for \d labels per clip of genre, but .* the network on 5",
    ):
        check_answers(PARAMS, {"word": 1, "genre": 5})
