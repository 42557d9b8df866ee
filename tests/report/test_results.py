"""Files of encode that do not fit together are named."""

import json

import numpy as np
import pytest

from heschl.report import results
from tests.helpers import layers_tables


def test_files_that_do_not_fit_are_named(folder, tmp_path):
    layers_tables.write(tmp_path, ["word"], ["early"], ["network"])
    (tmp_path / "encode/truth.csv").unlink()
    with pytest.raises(FileNotFoundError, match=r"truth.csv is missing.*dvc repro"):
        results.read_encode(tmp_path)
    about = json.loads((tmp_path / "encode.json").read_text()) | {"source": "table"}
    (tmp_path / "encode.json").write_text(json.dumps(about))
    assert len(results.read_encode(tmp_path).truth) == 0
    np.savez(
        tmp_path / "encode/matrices.npz",
        sounds=np.array(["a", "b"]),
        categories=np.array(["", ""]),
        **{"region:x": np.eye(3)},
    )
    with pytest.raises(ValueError, match=r"matrices.npz has region:x, which does not fit its 2 sounds"):
        results.read_encode(tmp_path)
    np.savez(tmp_path / "encode/matrices.npz", sounds=np.array(["a", None], dtype=object))
    with pytest.raises(ValueError, match=r"matrices.npz cannot be read.*allow_pickle"):
        results.read_encode(tmp_path)
    (tmp_path / "encode/matrices.npz").write_bytes(b"PK")
    with pytest.raises(ValueError, match=r"matrices.npz cannot be read.*dvc repro"):
        results.read_encode(tmp_path)
