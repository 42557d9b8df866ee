import sys

import pytest
import torch

from heschl.export import onnx
from heschl.export.program import example

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", ["waveform", "cochleagram"])
def test_onnx_answers_as_the_network_does(hearing, tmp_path, kind):
    path = tmp_path / f"{kind}.onnx"
    (onnx.write_from_waveform if kind == "waveform" else onnx.write_from_cochleagram)(path, hearing)
    for clips in (1, 7):
        waveform = example(hearing, clips)
        with torch.no_grad():
            expected, heard = hearing(waveform), hearing.ear(waveform)
        found = onnx.run(path, waveform if kind == "waveform" else heard, list(hearing.labels))
        assert b"/pipeline/" not in path.read_bytes()  # where its code was
        for task, logits in expected.items():
            torch.testing.assert_close(found[task], logits, rtol=0, atol=1e-3)


def test_a_missing_package_is_named(hearing, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(onnx.OnnxError, match=r"onnxscript is not installed.*pip install '\.\[export\]'"):
        onnx.write_from_cochleagram(tmp_path / "x.onnx", hearing)
    assert list(tmp_path.iterdir()) == []
