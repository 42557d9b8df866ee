"""The params of a training as a preset: laid over the params.yaml of the same version, it restores them."""

from collections.abc import Mapping
from typing import Any

import yaml

from heschl.params import Loader
from heschl.presets import REPLACE

LEFT_OUT = ("machine",)  # sections that decide nothing about the network
TEXT = "tag:yaml.org,2002:str"
FOLDER = "folder"  # key of places of recordings, sounds and brain data, which differ between machines


class _Dumper(yaml.SafeDumper):
    """Writes texts so that YAML 1.2 reads them as texts."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    plain = Loader("").resolve(yaml.ScalarNode, value, (True, False)) == TEXT
    return dumper.represent_scalar(TEXT, value, style=None if plain else "'")


class _Whole(dict[str, Any]):
    """A mapping that replaces that of params.yaml, with all of its keys."""


_Dumper.add_representer(str, _text)
_Dumper.add_representer(
    _Whole, lambda dumper, value: dumper.represent_mapping(REPLACE, value, flow_style=False)
)


def recipe(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the params that decide the network and its figures: without machine and places of folders."""
    return {
        name: {key: value for key, value in section.items() if key != FOLDER}
        if isinstance(section, dict)
        else section
        for name, section in params.items()
        if name not in LEFT_OUT
    }


def as_trained(params: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """Return params with the precision that `auto` stood for in a training, as the network's config says."""
    train, precision = params.get("train"), config.get("train", {}).get("precision")
    if not precision or not isinstance(train, dict) or train.get("precision") != "auto":
        return dict(params)
    return {**params, "train": {**train, "precision": precision}}


def preset(params: Mapping[str, Any], title: str) -> str:
    """Return a recipe as the text of a preset; title : its first line, a comment."""
    whole = {
        name: {key: _Whole(value) if isinstance(value, dict) else value for key, value in section.items()}
        if isinstance(section, dict)
        else section
        for name, section in recipe(params).items()
    }
    return f"# {title}\n{yaml.dump(whole, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)}"
