"""The networks of the experiment."""

from dataclasses import replace

import pytest
import torch

from heschl.branch.columns import MATCHED, PUBLISHED
from heschl.branch.params import BranchParams
from heschl.branch.points import points_of
from heschl.network.branched import Network
from heschl.network.table import NetworkParams
from heschl.params import ParamsError, load_all, parse
from heschl.search.cost import cost_of

CLASSES, SHAPE = {"word": 21, "genre": 9}, (26, 400)


def wanted(**changes):
    given = {
        "seeds": [1, 2], "points": [], "alone": [], "frozen": [], "epochs": 1, "threads": 1,
        "tolerance": 0.02, "seed": 1, "resamples": 9, "confidence": 0.9,
    }  # fmt: skip
    return BranchParams(**(given | changes))


@pytest.fixture(scope="module")
def params():
    return parse("network", load_all()["network"], NetworkParams)


@pytest.fixture(scope="module")
def points(params):
    return points_of(params, wanted(), CLASSES, SHAPE)


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
    found = points_of(params, wanted(points=["norm2", "input"]), CLASSES, SHAPE)
    assert [point.name for point in found] == [
        "published-input", "matched-input", "published-norm2", "matched-norm2",
    ]  # fmt: skip


def test_a_point_that_is_no_layer_is_named(params):
    with pytest.raises(ParamsError, match=r"branch\.points has 'conv9'; expected input, norm0, conv1"):
        points_of(params, wanted(points=["conv9"]), CLASSES, SHAPE)


def test_a_tolerance_that_no_width_meets_is_named(params):
    with pytest.raises(ParamsError, match=r"branch\.tolerance is 1e-09: with its branches after 'input'"):
        points_of(params, wanted(points=["input"], tolerance=1e-9), CLASSES, SHAPE)


def test_with_three_tasks_each_also_parts_alone(params):
    classes = CLASSES | {"speaker": 12}
    found = points_of(params, wanted(points=["input", "norm2", "norm3", "norm4"]), classes, SHAPE)
    alone = [point for point in found if point.moved == "speaker" and point.form == PUBLISHED]
    assert [(point.after, point.shared) for point in alone] == [("input", 0), ("norm2", 7), ("norm3", 10)]
    network = Network(alone[1].params, classes, SHAPE)
    assert network.parts == {"word": 10, "genre": 10, "speaker": 7}
    assert "speaker.conv3" in network.layers
    assert "conv3" in network.layers
    assert alone[1].name == "published-speaker-norm2"
    assert {point.moved for point in found} == {"", "word", "genre", "speaker"}


def test_a_task_may_part_alone_from_tasks_that_part_at_different_layers(params):
    classes = CLASSES | {"speaker": 12}
    table = replace(params, branch_after={"word": "norm2", "genre": "norm3", "speaker": "norm1"})
    choice = wanted(points=["input", "norm2", "norm3", "norm4"], alone=["speaker"])
    found = points_of(table, choice, classes, SHAPE)
    assert {point.moved for point in found} == {"speaker"}
    published = [point for point in found if point.form == PUBLISHED]
    assert [point.after for point in published] == ["input", "norm2", "norm3"]
    assert published[1].params.branch_after == {"word": "norm2", "genre": "norm3", "speaker": "norm2"}


def test_a_task_is_added_to_layers_that_learned_the_others(params):
    classes = CLASSES | {"speaker": 12}
    choice = wanted(points=["input", "norm2", "norm3", "norm4"], alone=["speaker"], frozen=["speaker"])
    found = {
        point.name: point
        for point in points_of(params, choice, classes, SHAPE)
        if "published" not in point.name
    }
    frozen = {name: point for name, point in found.items() if name.startswith("frozen")}
    assert list(frozen) == [
        "frozen-speaker-input", "frozen-speaker-norm2", "frozen-speaker-norm3", "frozen-word-speaker-norm4",
        "frozen-genre-speaker-norm4",
    ]  # fmt: skip
    base = found["base-speaker"]
    assert base.tasks == ("word", "genre")
    assert base.cost.parameters == _count(Network(base.params, CLASSES, SHAPE))
    assert frozen["frozen-speaker-input"].start == ""  # a network of its own
    assert {point.start for point in list(frozen.values())[1:]} == {"base-speaker"}
    assert frozen["frozen-genre-speaker-norm4"].branch == "genre"
    assert {point.form for point in frozen.values()} == {"frozen", "frozen word", "frozen genre"}
    for name in ("norm2", "norm3"):  # as many parameters as if all were trained together
        point = frozen[f"frozen-speaker-{name}"]
        together = replace(params, branch_after={"word": "norm3", "genre": "norm3", "speaker": name})
        assert point.cost.parameters == _count(Network(together, classes, SHAPE))
        assert point.cost.macs == cost_of(together, classes, SHAPE).macs
        assert Network(point.params, {"speaker": 12}, SHAPE).parts == {"speaker": point.shared}


def _count(network):
    return sum(weight.numel() for weight in network.parameters())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"alone": ["speaker"]}, "branch.alone has 'speaker'; expected one of several tasks: word, genre"),
        ({"frozen": ["speaker"]}, "branch.frozen has 'speaker'; expected one of word, genre, and others"),
    ],
)
def test_a_task_that_there_is_not_is_named(params, changes, message):
    with pytest.raises(ParamsError, match=message):
        points_of(params, wanted(points=["input"], **changes), CLASSES, SHAPE)
