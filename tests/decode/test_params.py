"""The params section of `decode`."""

from pathlib import Path

import pytest

from heschl.decode.params import DecodeParams
from heschl.params import ParamsError, load, parse, plain

FILE = Path(__file__).parents[2] / "params.yaml"


@pytest.mark.parametrize(("key", "value"), [("splits", 1), ("test", 0.6), ("source", "brain")])
def test_params_out_of_range_are_refused(key, value):
    with pytest.raises(ParamsError, match=rf"decode\.{key}"):
        parse("decode", plain(load("decode", DecodeParams, FILE)) | {key: value}, DecodeParams)
