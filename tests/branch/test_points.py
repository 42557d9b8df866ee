"""The networks of the experiment."""

from dataclasses import replace

import pytest
import torch

from pipeline.branch.points import MATCHED, PUBLISHED, points_of
from pipeline.network.branched import Network
from pipeline.network.table import NetworkParams
from pipeline.params import ParamsError, load_all, parse

CLASSES, SHAPE = {"word": 21, "genre": 9}, (26, 400)


@pytest.fixture(scope="module")
def params():
    return parse("network", load_all()["network"], NetworkParams)


@pytest.fixture(scope="module")
def points(params):
    return points_of(params, [], 0.02, CLASSES, SHAPE)


def test_every_layer_with_weights_is_a_branch_point_in_both_forms(params, points):
    layers = Network(params, CLASSES, SHAPE).branches["word"]
    layers = [*Network(params, CLASSES, SHAPE).trunk.named_children(), *layers.named_children()][:-1]
    expected = [(0, "input")]
    expected += [(place, name) for place, (name, layer) in enumerate(layers, 1) if list(layer.parameters())]
    assert len(expected) == 11
    for form in (PUBLISHED, MATCHED):
        assert [(point.shared, point.after) for point in points if point.form == form] == expected


@pytest.mark.parametrize(("one", "other"), [("conv1", "pool1"), ("conv4", "pool4"), ("norm4", "drop4")])
def test_to_share_a_layer_without_weights_or_not_is_the_same_network(params, one, other):
    first, second = (
        Network(replace(params, branch_after=name), CLASSES, SHAPE).eval() for name in (one, other)
    )
    clips = torch.rand(3, *SHAPE)
    renamed = dict(zip(second.state_dict(), first.state_dict().values(), strict=True))
    second.load_state_dict(renamed)
    for task, logits in first(clips).items():
        torch.testing.assert_close(second(clips)[task], logits)


def test_matched_networks_have_the_parameters_of_the_reference(params, points):
    whole = sum(weight.numel() for weight in Network(params, CLASSES, SHAPE).parameters())
    for point in points:
        count = sum(weight.numel() for weight in Network(point.params, CLASSES, SHAPE).parameters())
        assert count == point.cost.parameters
        if point.form == MATCHED:
            assert abs(count - whole) <= 0.02 * whole, point.after
        else:
            assert point.params.width == params.width


def test_the_less_is_shared_the_narrower_a_matched_network(params, points):
    widths = [point.params.width for point in points if point.form == MATCHED]
    assert widths[0] < 1 < widths[-1]
    reference = next(
        point for point in points if point.form == MATCHED and point.after == params.branch_after
    )
    assert reference.params.width == params.width


def test_chosen_points_in_the_order_of_the_layers(params):
    found = points_of(params, ["norm2", "input"], 0.02, CLASSES, SHAPE)
    assert [point.name for point in found] == [
        "published-input", "matched-input", "published-norm2", "matched-norm2",
    ]  # fmt: skip


def test_a_point_that_is_no_layer_is_named(params):
    with pytest.raises(ParamsError, match=r"branch\.points has 'conv9'; expected input, norm0, conv1"):
        points_of(params, ["conv9"], 0.02, CLASSES, SHAPE)


def test_a_tolerance_that_no_width_meets_is_named(params):
    with pytest.raises(ParamsError, match=r"branch\.tolerance is 1e-09: with its branches after 'input'"):
        points_of(params, ["input"], 1e-9, CLASSES, SHAPE)


def test_with_three_tasks_each_also_parts_alone(params):
    classes = CLASSES | {"speaker": 12}
    found = points_of(params, ["input", "norm2", "norm3", "norm4"], 0.02, classes, SHAPE)
    alone = [point for point in found if point.moved == "speaker" and point.form == PUBLISHED]
    assert [(point.after, point.shared) for point in alone] == [("input", 0), ("norm2", 7), ("norm3", 10)]
    network = Network(alone[1].params, classes, SHAPE)
    assert network.parts == {"word": 10, "genre": 10, "speaker": 7}
    assert "speaker.conv3" in network.layers
    assert "conv3" in network.layers
    assert alone[1].name == "published-speaker-norm2"
    assert {point.moved for point in found} == {"", "word", "genre", "speaker"}
