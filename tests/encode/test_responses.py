"""Responses, checked."""

import logging

import numpy as np
import pytest

from heschl.activations.sounds import Sounds
from heschl.encode.responses import ResponsesError, clean

RNG = np.random.default_rng(0)
VALUES = RNG.standard_normal((4, 3, 2))  # sounds, responses, repeats: all of it synthetic
SOUNDS, NAMES = ("a", "b", "c", "d"), ("v1", "v2", "v3")
NOBODY, NOWHERE = np.full(3, ""), np.full(3, "")


def cleaned(values=VALUES, sounds=SOUNDS, names=NAMES, participants=NOBODY, regions=NOWHERE):
    return clean(sounds, values, names, participants, regions, "made")


def test_unusable_responses_are_left_out_with_the_reason():
    values = RNG.standard_normal((5, 7, 2))
    values[1, 0, 0] = np.nan
    values[2:4, 1] = np.inf, -np.inf
    values[:, 2] = 0.1
    values[:, 3, 1] = 7
    values[:, 4, 1] = 3 - values[:, 4, 0]
    found = clean(
        "abcde",
        values,
        [f"v{n}" for n in range(7)],
        np.array(["p"] * 7),
        np.array(["A"] * 5 + [" A | B||A", "B"]),
        "made",
    )
    assert found.names == ("v5", "v6")
    assert found.regions.tolist() == ["A|B", "B"]
    assert found.participants.tolist() == ["p", "p"]
    np.testing.assert_array_equal(found.values, values[:, 5:])
    assert found.repeats == 2
    assert found.source == "made"
    assert (
        clean(
            "ab", np.eye(2, dtype=np.float32)[..., None], "vw", NOBODY[:2], NOWHERE[:2], "made"
        ).values.dtype
        == np.float64
    )
    assert found.excluded.to_numpy().tolist() == [
        ["v0", "p", "A", "not finite in 1 of 5 sounds"], ["v1", "p", "A", "not finite in 2 of 5 sounds"],
        ["v2", "p", "A", "the mean is constant"], ["v3", "p", "A", "repeat 2 is constant"],
        ["v4", "p", "A", "the mean is constant"],
    ]  # fmt: skip


def test_one_repeat_is_enough():
    found = cleaned(VALUES[..., :1])
    assert found.repeats == 1
    assert not len(found.excluded)
    assert list(found.excluded) == ["response", "participant", "region", "reason"]
    with pytest.raises(
        ResponsesError, match=r"none of the 3 responses can be used\. The first is v1, constant"
    ):
        cleaned(np.ones((4, 3, 1)))


def test_identical_repeats_are_left_out_because_they_would_be_perfectly_reliable():
    values = RNG.standard_normal((6, 3, 3))
    values[:, 1, 2] = values[:, 1, 0]
    found = clean("abcdef", values, NAMES, NOBODY, NOWHERE, "made")
    assert found.names == ("v1", "v3")
    assert found.excluded["reason"].tolist() == ["repeats 1 and 3 are identical"]
    assert clean("abcdef", values, NAMES, NOBODY, NOWHERE, "simulated").names == NAMES  # without noise


@pytest.mark.parametrize(
    ("lost", "remedy"),
    [
        ((0, slice(None), 1), "missing only in repeat 2: remove it for all sounds and responses"),
        ((1, slice(None), slice(None)), "missing only for b: remove these sounds"),
        ((slice(None), slice(None), slice(None)), "for every sound and in every repeat: check how"),
    ],
)
def test_the_remedy_for_missing_repeats_leaves_responses_that_can_be_used(lost, remedy):
    values = VALUES.copy()
    values[lost] = np.nan
    with pytest.raises(ResponsesError, match=f"none of the 3 responses can be used.*{remedy}"):
        cleaned(values)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"values": VALUES[0]}, r"values of shape \(3, 2\); expected \(sounds, responses, repeats\)"),
        ({"values": VALUES[:3]}, "4 sounds, 3 responses"),
        ({"values": VALUES[..., :0]}, "none of them 0"),
        ({"regions": NOWHERE[:2]}, "2 regions"),
        ({"sounds": ("a", "b", "a.wav", "d")}, "1 sound names occur more than once: a"),
        ({"names": ("v1", "v2", "v1")}, "1 response names occur more than once: v1"),
        ({"participants": np.array(["p", "", "p"])}, "1 of 3 responses have no participant, the first is v2"),
        ({"regions": np.array(["A", "A|all", ""])}, "response v2 is in region 'all'"),
    ],
)
def test_shapes_and_names_that_disagree_are_errors(changed, message):
    with pytest.raises(ResponsesError, match=message):
        cleaned(**changed)


def sounds_of(names):
    return Sounds(
        tuple(names), np.arange(len(names), dtype=np.int16)[:, None], {"category": np.array([*names])}
    )


def test_sounds_follow_the_order_of_the_responses(caplog):
    with caplog.at_level(logging.WARNING):
        aligned = cleaned().align(sounds_of("edcba"))
    assert aligned.names == SOUNDS
    assert aligned.waveforms[:, 0].tolist() == [4, 3, 2, 1]
    assert aligned.labels["category"].tolist() == [*"abcd"]
    assert "1 of 5 sounds have no responses and are left out: e" in caplog.text
    with pytest.raises(
        ResponsesError, match=r"2 of 4 sounds with responses have no sound file: b, d\. The files are a, c"
    ):
        cleaned().align(sounds_of("ac"))
