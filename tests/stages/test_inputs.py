"""The Python examples in inputs/brain/README.md and inputs/models/README.md write files that can be read."""

from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from heschl.activations import precomputed
from heschl.encode.sources import read
from tests.helpers.voxels import META, STIMULI, nh2015

ROOT = Path(__file__).parents[2]
__all__ = ["nh2015"]  # a fixture


def run(readme, number, **names):
    blocks = (ROOT / readme).read_text(encoding="utf-8").split("```python\n")[1:]
    exec(blocks[number].split("```")[0], names)


def test_regions_from_the_published_pickle(nh2015, monkeypatch):
    monkeypatch.chdir(nh2015)
    used = META[META["n_reps"] == 3]
    flags = {
        name: np.array(values, float)
        for name, values in {"tonotopic": [1, 1, 0, 0], "speech": [0, 1, 0, 1]}.items()
    }
    columns = {
        "subj_idx": used["subj_idx"],
        "voxel_id": used["voxel_id"],
        "roi_label_general": ["Primary", np.nan, np.nan, "Lateral"],
    }
    pd.DataFrame(columns | flags).to_pickle("df_roi_meta.pkl")
    run("inputs/brain/README.md", 0)
    found = read("nh2015", nh2015)
    assert found.regions.tolist() == ["Primary|tonotopic", "tonotopic|speech", "", "Lateral|speech"]
    assert found.participants.tolist() == ["1", "2", "2", "2"]


def test_a_table_of_responses(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = np.random.default_rng(0).standard_normal((3, 2, 2))  # synthetic
    run("inputs/brain/README.md", 1, values=values, sounds=["x", "y", "z"], responses=[7, 8])
    found = read("table", tmp_path)
    assert found.sounds == ("x", "y", "z")
    assert found.names == ("7", "8")
    np.testing.assert_array_equal(found.values, values)


def test_activations(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("inputs/models").mkdir(parents=True)
    layers = {
        name: np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)
        for name in ("relu2", "fc/word")
    }
    names = list(np.char.decode(STIMULI["filename"]))  # numpy.str_, as a list of an array is
    run("inputs/models/README.md", 0, names=names, layers=layers)
    with h5py.File("inputs/models/cochdnn.h5", "w") as file:
        for name, values in layers.items():
            file[name] = values
        file["layer_list"] = [name.encode() for name in layers]
    np.save("neural_stim_meta.npy", STIMULI)
    run("inputs/models/README.md", 1, h5py=h5py, np=np)
    for path in ("mine.npz", "mine.h5", "cochdnn.h5"):
        found = precomputed.read(
            Path("inputs/models") / path, ["stim2_y", "stim5_alarm_clock"], lambda name, values: values
        )
        assert list(found.values) == list(layers)
        for name in layers:
            np.testing.assert_array_equal(found.values[name], layers[name][[3, 0]])
