"""Synthetic scenes: environmental sounds, one texture for each kind of scene."""

import zlib
from dataclasses import dataclass

import numpy as np

from heschl.audio import from_db, rms
from heschl.corpus.textures import TEXTURES
from heschl.params import section

CEILING = 0.99  # largest magnitude of a scene


@section
class ScenesParams:
    """Params section `corpus.synthetic.scenes`."""

    kinds: tuple[str, ...]  # names in TEXTURES
    recipes_per_kind: int  # scenes of each kind
    scene_seconds: float
    level_db: tuple[float, float]  # range of a scene's rms, dB re full scale


@dataclass(frozen=True)
class Scene:
    """One scene to render; every choice in it depends on its name and seed."""

    name: str
    kind: str
    seed: int
    params: ScenesParams


def jobs(params: ScenesParams, seed: int) -> list[Scene]:
    """Return every scene of the corpus.

    raises : ValueError if a kind is unknown
    """
    if unknown := sorted(set(params.kinds) - set(TEXTURES)):
        raise ValueError(
            f"corpus.synthetic.scenes.kinds names {unknown}, for which there is no texture. "
            f"Known are {sorted(TEXTURES)}."
        )
    return [
        Scene(f"{kind}-{i:02d}", kind, seed, params)
        for kind in params.kinds
        for i in range(params.recipes_per_kind)
    ]


def render(scene: Scene, sample_rate: int) -> tuple[np.ndarray, list[dict]]:
    """Synthesize a scene.

    returns : (samples,) float32 in [-1, 1]; the scene's row: kind, source, start_s, end_s
    """
    params, rng = scene.params, np.random.default_rng([scene.seed, zlib.crc32(scene.name.encode())])
    time = np.arange(round(params.scene_seconds * sample_rate)) / sample_rate
    texture = TEXTURES[scene.kind](rng, time, sample_rate)
    texture *= min(from_db(rng.uniform(*params.level_db)) / rms(texture), CEILING / np.abs(texture).max())
    row = {"kind": scene.kind, "source": scene.name, "start_s": 0.0, "end_s": len(time) / sample_rate}
    return texture.astype(np.float32), [row]
