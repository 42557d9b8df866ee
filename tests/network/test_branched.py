import numpy as np
import pytest
import torch
from torch.nn import functional

from heschl.network.branched import Network
from heschl.network.layers import Same, SameMean
from heschl.network.presets import PRESETS
from heschl.network.table import NetworkParams
from heschl.params import parse
from tests.helpers import presets

LAYERS = [
    {"kind": "conv", "name": "conv1", "filters": 4, "kernel": [3, 5], "stride": [2, 1], "bias": True},
    {"kind": "local_response_norm", "name": "norm1", "size": 3, "alpha": 0.1, "beta": 0.75, "k": 1.0},
    {"kind": "max_pool", "name": "pool1", "kernel": [3, 3], "stride": [2, 2]},
    {"kind": "batch_norm", "name": "norm2"},
    {"kind": "mean_pool", "name": "pool2", "kernel": [3, 2], "stride": [2, 2], "count_padding": False},
    {"kind": "linear", "name": "fc", "units": 6},
    {"kind": "dropout", "name": "drop", "share": 0.5},
]


def network(branch_after="pool1", layers=LAYERS, classes=None, shape=(11, 14), width=1.0):
    params = parse("network", {"branch_after": branch_after, "width": width, "layers": layers}, NetworkParams)
    return Network(params, classes or {"word": 5, "genre": 3}, shape)


@pytest.mark.parametrize("branch_after", ["input", "conv1", "pool1", "pool2", "fc", "drop"])
def test_every_branching_point_gives_a_logit_for_each_class(branch_after):
    torch.manual_seed(0)
    net = network(branch_after).eval()
    logits = net(torch.randn(2, 11, 14))
    assert {task: tuple(values.shape) for task, values in logits.items()} == {"word": (2, 5), "genre": (2, 3)}
    names = [layer["name"] for layer in LAYERS]
    shared = names[: names.index(branch_after) + 1] if branch_after != "input" else []
    assert [name for name, _ in net.trunk.named_children()] == shared
    assert [name for name, _ in net.branches["word"].named_children()] == [*names[len(shared) :], "readout"]


@pytest.mark.parametrize(
    ("branch_after", "parts"),
    [
        ({"word": "pool1", "genre": "pool1", "place": "conv1"}, {"word": 3, "genre": 3, "place": 1}),
        ({"word": "input", "genre": "pool2", "place": "pool2"}, {"word": 0, "genre": 5, "place": 5}),
        (
            {"word": "conv1", "genre": "fc", "place": "pool1"},
            {"word": 1, "genre": 3, "place": 3},
        ),  # fc: alone
    ],
)
def test_each_task_may_part_at_a_layer_of_its_own(branch_after, parts):
    """Against the same layers, called one after the other by hand."""
    torch.manual_seed(0)
    net = network(branch_after, classes={"word": 5, "genre": 3, "place": 2}).eval()
    assert net.parts == parts
    cochleagram = torch.randn(2, 11, 14)
    logits = net(cochleagram)
    names = [layer["name"] for layer in LAYERS]
    for task, shared in parts.items():
        heard = cochleagram[:, None]
        for place, name in enumerate(names):
            heard = net.layers[name if place < shared else f"{task}.{name}"](heard)
        assert torch.equal(net.layers[f"{task}.readout"](heard), logits[task])
    trunk = names[: max(parts.values())]
    own = [f"{task}.{name}" for task, shared in parts.items() for name in [*names[shared:], "readout"]]
    assert list(net.layers) == [*trunk, *own]


def test_one_branch_point_is_that_of_every_task():
    torch.manual_seed(3)
    one = network("pool1").eval()
    torch.manual_seed(3)
    each = network({"word": "pool1", "genre": "pool1"}).eval()
    cochleagram = torch.randn(2, 11, 14)
    assert all(torch.equal(one(cochleagram)[task], each(cochleagram)[task]) for task in ("word", "genre"))


def test_a_loss_of_one_task_leaves_the_other_branch_alone():
    net = network()
    net(torch.randn(2, 11, 14))["word"].sum().backward()
    assert all(weight.grad is not None for weight in net.trunk.parameters())
    assert all(weight.grad is None for weight in net.branches["genre"].parameters())


def test_one_to_three_tasks():
    for classes in ({"word": 2}, {"word": 2, "genre": 3, "place": 4}):
        assert {
            task: values.shape[1]
            for task, values in network(classes=classes).eval()(torch.randn(1, 11, 14)).items()
        } == classes


@pytest.mark.parametrize("size", [7, 8, 9, 10])
@pytest.mark.parametrize(("kernel", "stride"), [(2, 2), (3, 2), (4, 3), (1, 2), (5, 1)])
def test_same_padding_is_tensorflows(size, kernel, stride):
    """TensorFlow: output ceil(size / stride); padding split evenly, the odd sample after."""
    out = -(-size // stride)
    total = max((out - 1) * stride + kernel - size, 0)
    row = np.random.default_rng(0).standard_normal(size)
    padded = np.concatenate([np.zeros(total // 2), row, np.zeros(total - total // 2)])
    expected = [padded[i * stride : i * stride + kernel].sum() for i in range(out)]
    image = torch.tensor(row)[None, None, None]
    found = functional.conv2d(
        Same((1, kernel), (1, stride))(image),
        torch.ones(1, 1, 1, kernel, dtype=torch.float64),
        stride=(1, stride),
    )
    np.testing.assert_allclose(found[0, 0, 0].numpy(), expected, atol=1e-12)


def test_the_mean_leaves_padding_out():
    image = torch.full((1, 2, 7, 10), 3.0)
    torch.testing.assert_close(SameMean((3, 3), (2, 2), False)(image), torch.full((1, 2, 4, 5), 3.0))


def test_flattened_height_width_channel():
    net = network("input", layers=[], classes={"word": 1})
    image = torch.arange(11 * 14.0).reshape(1, 11, 14)
    readout = net.branches["word"].readout[1]
    expected = image.flatten(1) @ readout.weight.T + readout.bias
    torch.testing.assert_close(net(image)["word"], expected)


@pytest.mark.parametrize(
    ("branch_after", "layers", "message"),
    [
        ("conv9", LAYERS, "network.branch_after is 'conv9'; expected 'input' or one of conv1"),
        (
            {"word": "conv1"},
            LAYERS,
            "network.branch_after has word; the tasks are word, genre. Name the last",
        ),
        ({"word": "conv1", "genre": "conv9"}, LAYERS, "network.branch_after is 'conv9'"),
        ("fc", [*LAYERS, LAYERS[0]], "the name 'conv1' is used twice"),
        ("fc", [*LAYERS, LAYERS[0] | {"name": "conv9"}], r"'conv9' \(conv\) comes after a linear layer"),
        ("fc", [*LAYERS, LAYERS[5] | {"name": "a.b"}], "the name 'a.b' is empty or contains a dot"),
    ],
)
def test_a_table_that_does_not_fit_is_explained(branch_after, layers, message):
    with pytest.raises(ValueError, match=message):
        network(branch_after, layers)


def test_the_published_network_has_its_published_size():
    with torch.device("meta"):
        net = Network.preset("kell2018")
    assert sum(weight.numel() for weight in net.parameters()) == 59_078_712
    assert sum(weight.numel() for weight in net.trunk.parameters()) == 7_872 + 614_656 + 1_180_160
    assert [name for name in net.layers if name.startswith("word.")] == [
        f"word.{name}" for name in ("conv4", "conv5", "pool5", "fc6", "readout")
    ]


def test_the_retrained_network_has_its_shapes():
    """cochdnn's: 512 x 5 x 9 go into its fully connected layer of 4096."""
    with torch.device("meta"):
        net = Network.preset("cochcnn9", classes={"word": 794, "speaker": 433})
    state = net.state_dict()
    assert state["trunk.fc6.1.weight"].shape == (4096, 512 * 5 * 9)
    assert state["trunk.conv4.1.weight"].shape == (1024, 512, 2, 5)
    assert [tuple(state[f"branches.{task}.readout.1.weight"].shape) for task in ("word", "speaker")] == [
        (794, 4096),
        (433, 4096),
    ]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("kell2018", "kell2018"),
        ("cochcnn9", "cochdnn"),
        ("small", None),
        ("small", "ci"),
    ],
)
def test_presets_by_name_are_those_of_the_files(name, file):
    found = presets.load(file, "network", NetworkParams)
    assert PRESETS[name].network == found


def test_a_preset_with_changes():
    net = Network.preset("small", classes={"word": 4}, shape=(57, 100), branch_after="conv1", width=0.5)
    assert list(net.trunk._modules) == ["norm0", "conv1"]
    assert net.trunk.conv1[1].out_channels == 12
    assert net(torch.randn(2, 57, 100))["word"].shape == (2, 4)
    with pytest.raises(
        ValueError, match="there is no network preset 'kell'; there are kell2018, cochcnn9, small"
    ):
        Network.preset("kell")


@pytest.mark.parametrize("width", [0.01, 0.5, 1.0, 1.3])
def test_width_scales_the_filters_alone(width):
    net = network(width=width)
    assert net.trunk.conv1[1].out_channels == max(1, round(4 * width))
    assert net.branches["word"].fc[1].out_features == 6


def test_padding_that_counts_as_zeros():
    image = torch.randn(2, 3, 9, 17)
    found = SameMean((2, 5), (2, 2), True)(image)
    expected = functional.avg_pool2d(
        functional.pad(image, (2, 2, 0, 1)), (2, 5), (2, 2)
    )  # as timm, which cochdnn uses
    torch.testing.assert_close(found, expected)
    assert found.shape == (2, 3, 5, 9)


def test_tasks_that_cannot_be_named():
    with pytest.raises(
        ValueError, match=r"task 'a\.b' has 3 classes; expected at least one class, and a name without a dot"
    ):
        network(classes={"a.b": 3})
    with pytest.raises(ValueError, match=r"task 'keys' has 3 classes; .* that torch does not use itself"):
        network(classes={"keys": 3})
    with pytest.raises(ValueError, match="the network has no task"):
        Network(
            parse("network", {"branch_after": "fc", "width": 1.0, "layers": LAYERS}, NetworkParams),
            {},
            (11, 14),
        )
