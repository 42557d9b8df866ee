"""The recipe restores the params that it was made from, whatever params.yaml has in between."""

from pathlib import Path

import yaml

from heschl import presets
from heschl.params import Loader, load_all
from heschl.release.recipe import as_trained, preset, recipe

PARAMS = Path(__file__).parents[2] / "params.yaml"


def laid(tmp_path, text):
    (tmp_path / "preset.yaml").write_text(text)
    return yaml.load(presets.lay_over(PARAMS, tmp_path / "preset.yaml"), Loader)


def test_the_recipe_restores_the_params(tmp_path):
    values = load_all(PARAMS)
    text = preset(values, "The params of x")
    assert text.startswith("# The params of x\n")
    assert laid(tmp_path, text) == values


def test_other_keys_and_texts_like_numbers_return(tmp_path):
    values = load_all(PARAMS)
    values["train"]["loss_weights"] = {"speaker": 1e-05}  # in place of word and genre
    values["mixtures"]["backgrounds"] = ["1e5", "no", "2026-01-31", "007", "null", "a: b", "x #y", "é", "1_0"]
    found = laid(tmp_path, preset(values, "x"))
    assert (found["train"], found["mixtures"]) == (values["train"], values["mixtures"])


def test_the_recipe_has_the_precision_that_auto_stood_for():
    config = {"train": {"precision": "bf16-mixed"}}
    params = {"train": {"precision": "auto", "epochs": 8}, "tasks": ["word"]}
    assert as_trained(params, config) == params | {"train": {"precision": "bf16-mixed", "epochs": 8}}
    assert as_trained({"train": {"precision": "32-true"}}, config)["train"]["precision"] == "32-true"


def test_the_machine_and_its_folders_are_left_out():
    found = recipe(
        {"machine": {"devices": 9}, "corpus": {"folder": "/home/me", "seed": 1}, "tasks": ["word"]}
    )
    assert found == {"corpus": {"seed": 1}, "tasks": ["word"]}
