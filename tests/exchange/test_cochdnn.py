"""Checkpoints of CochCNN9 against a forward pass in the published order, written with torch's functions."""

from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from heschl.exchange.cochdnn import CochdnnError, load_cochdnn
from heschl.network.branched import Network
from heschl.network.presets.cochcnn9 import COCHCNN9
from heschl.network.table import Conv, Linear

SHAPE = (64, 108)  # pooled to 2 x 3 before fc6
PREFIX = "module.model.1."
KERNELS = {"conv0": (4, 1, 7, 14), "conv1": (6, 4, 4, 8), "conv2": (5, 6, 2, 5), "conv3": (7, 5, 2, 5),
           "conv4": (3, 7, 2, 5)}  # fmt: skip
STRIDES = {"conv0": (3, 3), "conv1": (2, 2)}


def network_of(classes, shape=SHAPE):
    filters = iter(kernel[0] for kernel in KERNELS.values())
    layers = [
        replace(layer, filters=next(filters)) if isinstance(layer, Conv)
        else replace(layer, units=8) if isinstance(layer, Linear)
        else layer
        for layer in COCHCNN9.network.layers
    ]  # fmt: skip
    return Network(replace(COCHCNN9.network, layers=tuple(layers)), classes, shape).eval()


def state_of(heads):
    generator = torch.Generator().manual_seed(0)

    def drawn(*shape):
        return torch.randn(*shape, generator=generator) / max(1, torch.tensor(shape[1:]).prod().sqrt())

    state = {f"{name}.weight": drawn(*kernel) for name, kernel in KERNELS.items()}
    for number, channels in enumerate((1, 4, 6)):
        state |= {f"batchnorm{number}.{kind}": drawn(channels) for kind in ("weight", "bias", "running_mean")}
        state[f"batchnorm{number}.running_var"] = drawn(channels).abs() + 0.5
        state[f"batchnorm{number}.num_batches_tracked"] = torch.tensor(7)
    state |= {"fullyconnected.weight": drawn(8, 3 * 2 * 3), "fullyconnected.bias": drawn(8)}
    for head, count in heads.items():
        state |= {f"classification{head}.weight": drawn(count, 8), f"classification{head}.bias": drawn(count)}
    return state


def saved(path, state, **options):
    named = {f"{prefix}{name}": value for prefix in (PREFIX, f"module.attacker.{PREFIX[7:]}")
             for name, value in state.items()}  # fmt: skip
    torch.save({"model": named, "optimizer": {"state": {}}, "schedule": None, "epoch": 5}, path, **options)
    return path


def pad(image, kernel, stride, value=0.0):
    pads = []
    for size, length, step in zip(image.shape[:1:-1], kernel[::-1], stride[::-1], strict=True):
        total = max((-(-size // step) - 1) * step + length - size, 0)
        pads += [total // 2, total - total // 2]
    return functional.pad(image, pads, value=value)


def published(state, image, head=""):
    """The forward pass of kell2018.py: no bias in convolutions, a view of (channel, frequency, time)."""

    def norm(image, number):
        values = [
            state[f"batchnorm{number}.{kind}"] for kind in ("running_mean", "running_var", "weight", "bias")
        ]
        return functional.batch_norm(image, *values)

    image = norm(image[:, None], 0)
    for number, name in enumerate(KERNELS):
        weight, stride = state[f"{name}.weight"], STRIDES.get(name, (1, 1))
        image = functional.relu(
            functional.conv2d(pad(image, weight.shape[2:], stride), weight, stride=stride)
        )
        if number < 2:
            image = functional.max_pool2d(pad(image, (2, 5), (2, 2), -torch.inf), (2, 5), (2, 2))
            image = norm(image, number + 1)
    image = functional.avg_pool2d(pad(image, (2, 5), (2, 2)), (2, 5), (2, 2))
    flat = image.reshape(len(image), -1)
    hidden = functional.relu(
        functional.linear(flat, state["fullyconnected.weight"], state["fullyconnected.bias"])
    )
    return functional.linear(
        hidden, state[f"classification{head}.weight"], state[f"classification{head}.bias"]
    )


@pytest.fixture
def image():
    return torch.rand(3, *SHAPE, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("archive", [True, False])
def test_a_checkpoint_computes_what_the_published_class_does(image, tmp_path, archive):
    state, network = state_of({"": 5}), network_of({"word": 5})
    path = saved(tmp_path / "word.pt", state, _use_new_zipfile_serialization=archive)
    load_cochdnn(network, path)
    expected = published(state, image)
    assert expected.std() > 0.01
    torch.testing.assert_close(network(image)["word"].detach(), expected, rtol=1e-4, atol=1e-5)


def test_a_checkpoint_with_several_heads(image, tmp_path):
    state = state_of({".signal/word_int": 5, ".signal/speaker_int": 4})
    network = network_of({"word": 5, "speaker": 4})
    path = saved(tmp_path / "both.pt", state)
    load_cochdnn(network, path, {"word": "signal/word_int", "speaker": "signal/speaker_int"})
    found = network(image)
    for task in ("word", "speaker"):
        expected = published(state, image, f".signal/{task}_int")
        torch.testing.assert_close(found[task].detach(), expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(
        CochdnnError, match=r"no 'classification\.weight'.*signal/speaker_int, signal/word_int: name"
    ):
        load_cochdnn(network, path)


class Harm:
    def __reduce__(self):
        return print, ("harm",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"conv0.weight": torch.zeros(4, 1, 7, 9)},
            r"conv0\.weight has shape \(4, 1, 7, 9\); the network has",
        ),
        ({"conv0.bias": torch.zeros(4)}, r"has 'conv0\.bias', for which the network has no place"),
        (
            {"fullyconnected.bias": torch.full((8,), torch.nan)},
            r"fullyconnected\.bias has numbers .* not finite",
        ),
        ({"batchnorm1.weight": None}, r"has no 'batchnorm1\.weight', which is 'trunk\.norm1\.weight'"),
        ({"conv0.weight": None}, r"0 tensors named 'conv0\.weight'"),
        ({"conv0.weight": Harm()}, r"nothing in it was run"),
    ],
)
def test_another_checkpoint_changes_nothing(tmp_path, change, message, capsys):
    state, network = state_of({"": 5}) | change, network_of({"word": 5})
    path = saved(tmp_path / "word.pt", {name: value for name, value in state.items() if value is not None})
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with pytest.raises(CochdnnError, match=rf"word\.pt.*{message}"):
        load_cochdnn(network, path)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert capsys.readouterr().out == ""


def test_the_published_number_of_parameters():
    """By hand: kernels, batch norms, fc6 from 512 x 5 x 9, readout of 794 words; no bias in convolutions."""
    with torch.device("meta"):
        network = Network.preset("cochcnn9")
    kernels = 96 * 7 * 14 + 256 * 96 * 4 * 8 + (512 * 256 + 1024 * 512 + 512 * 1024) * 10
    linear = 512 * 5 * 9 * 4096 + 4096 + 4096 * 794 + 794
    expected = kernels + 2 * (1 + 96 + 256) + linear
    assert sum(weight.numel() for weight in network.parameters()) == expected == 110_221_980
