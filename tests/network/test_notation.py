"""A layer in one line of text."""

import pytest

from heschl.network.custom import NetworkSection
from heschl.network.notation import read_layer
from heschl.params import ParamsError, parse, plain


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("norm0 = batch_norm()", {"kind": "batch_norm", "name": "norm0"}),
        ("fc-5=linear( units = 128 )", {"kind": "linear", "name": "fc-5", "units": 128}),
        (
            "p = mean_pool(kernel=[2, 3], stride=(1, 1), count_padding=false)",
            {"kind": "mean_pool", "name": "p", "kernel": (2, 3), "stride": (1, 1), "count_padding": False},
        ),
        (
            "n = local_response_norm(size=5, alpha=5e-3, beta=.75, k=-1)",
            {"kind": "local_response_norm", "name": "n", "size": 5, "alpha": 0.005, "beta": 0.75, "k": -1},
        ),
    ],
)
def test_a_text_is_read_as_a_mapping(text, values):
    assert read_layer(text) == values


@pytest.mark.parametrize(
    "text",
    ["conv1", "conv1: conv", "c = conv(3)", "c = conv(name=3)", "c = conv(units=no)", "c = conv(a=1, a=2)",
     "c = conv(a=1) + 1", "c = conv(**a)", "c = conv(a=__import__('os'))", "c = conv(", ""],
)  # fmt: skip
def test_another_text_is_an_error_with_an_example(text):
    with pytest.raises(ValueError, match=r'expected "name = kind\(key=value, \.\.\.\)", such as "conv1 = '):
        read_layer(text)


def test_texts_and_mappings_give_the_same_network():
    texts = ["conv1 = conv(filters=4, kernel=[3, 5], stride=[1, 2], bias=true)", "fc = linear(units=8)"]
    given = {"branch_after": "conv1", "width": 1.0, "layers": texts}
    network = parse("network", given, NetworkSection)
    assert parse("network", plain(network), NetworkSection) == network
    assert plain(network)["layers"][0] == {
        "kind": "conv", "name": "conv1", "filters": 4, "kernel": [3, 5], "stride": [1, 2], "bias": True,
    }  # fmt: skip


def test_a_wrong_value_of_a_text_is_named():
    given = {"branch_after": "input", "width": 1.0, "layers": ["fc = linear(units=8.5)", "d = dropuot()"]}
    with pytest.raises(ParamsError, match=r"(?s)network\.layers\.0\.linear\.units is 8\.5: .*'dropuot'"):
        parse("network", given, NetworkSection)
