"""Sections of params.yaml with a preset laid over it."""

from pathlib import Path
from typing import Any

import yaml

from heschl import params, presets

ROOT = Path(__file__).parents[2]


def load(preset: str | None, name: str, kind: Any) -> Any:
    """Return the section `name` as `kind`; `preset`: its name, or None for params.yaml as it is."""
    changes = [presets.find(preset, ROOT / "presets")] if preset else []
    values = yaml.safe_load(presets.lay_over(ROOT / "params.yaml", *changes))
    return params.parse(name, values[name], kind, f"params.yaml with {preset}")
