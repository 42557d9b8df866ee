"""The models in inputs/models: networks, in folders or by name, and precomputed activations, in files."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from heschl import pretrained
from heschl.activations import precomputed
from heschl.activations.archives import ENDINGS
from heschl.activations.layers import LayersError, locate
from heschl.activations.models import Model, network
from heschl.activations.names import RESERVED
from heschl.activations.params import ActivationsParams
from heschl.activations.reductions import Reduction
from heschl.activations.sounds import Sounds
from heschl.audio import Sound
from heschl.network.custom import TrustError, check_trust
from heschl.network.hearing import CONFIG
from heschl.network.saved import WEIGHTS, NetworkError, load_network, read_config, weights_of
from heschl.params import ParamsError, parse

log = logging.getLogger(__name__)

CLIPS = "clips"  # folder of activations of test clips, which only `decode` reads
NAMED = ".network"  # ending of a file whose name is that of a pretrained network
NO_MODELS = ("README.md", CLIPS)  # ignored without a warning


def find(folder: Path) -> list[Path]:
    """Return the networks (folders with config.json) and activation files in a folder, by name.

    A file such as real-words.network stands for the folder of that pretrained network. Other files are
    ignored, with a warning.
    raises : LayersError where the folder is missing, a pretrained network is unknown, or two models share a
             name or take a reserved one
    """
    if not folder.is_dir():
        raise LayersError(f"{folder} is not a folder. Make it, for models to compare or none: mkdir {folder}")
    entries = [
        path for path in sorted(folder.iterdir()) if not path.name.startswith(".")
    ]  # macOS: ._mine.npz
    models = [path for path in entries if _is_model(path)]
    ignored = [
        path.name
        for path in entries
        if path not in models and path.name not in NO_MODELS and path.suffix != ".dvc"
    ]
    if ignored:
        log.warning(
            "%s: %d entries are ignored because they are not models (folders with %s; %s files): %s",
            folder, len(ignored), CONFIG, ", ".join([NAMED, *ENDINGS]), ", ".join(ignored),
        )  # fmt: skip
    return check_names([_pretrained(path) if path.suffix == NAMED else path for path in models])


def _is_model(path: Path) -> bool:
    file = path.is_file() and (path.suffix.lower() in ENDINGS or path.suffix == NAMED)
    return file or (path / CONFIG).is_file()


def _pretrained(path: Path) -> Path:
    """Return the folder of the pretrained network that a file stands for; a folder stands for itself."""
    if path.is_dir():
        return path
    try:
        return pretrained.find(path.stem)
    except pretrained.PretrainedError as error:
        raise LayersError(f"{path}: {error} Rename the file to NAME{NAMED}, or remove it.") from None


def check_names(models: list[Path]) -> list[Path]:
    """Return the models; LayersError where two share a name or one takes a reserved name."""
    names = [path.name if path.is_dir() else path.stem for path in models]
    for place, name in enumerate(names):
        if name in RESERVED or name in names[:place]:
            raise LayersError(
                f"{models[place]}: the name {name!r} is already taken by another model or by Heschl. Rename "
                "it."
            )
    return models


def check(models: Sequence[Path], sounds: Sounds, params: ActivationsParams) -> None:
    """Raise the errors of `read` that names, configs and folders already show, before any network runs."""
    for path in models:
        if not path.is_dir():
            precomputed.check(path, sounds.names)
        elif not weights_of(path).is_file():
            raise NetworkError(f"{path / WEIGHTS} is missing. Copy the whole folder of the network.")
        else:
            _check_sound(path, _sound(path, params.trust_code), sounds)


def read(
    models: Sequence[Path],
    sounds: Sounds,
    params: ActivationsParams,
    reduce: Reduction,
    tasks: Sequence[str] = (),
    device: str = "cpu",
) -> Iterator[Model]:
    """Yield the features of sounds in each model that `find` returned, in all of its layers.

    `activations.names` selects layers of the trained network only.
    tasks  : of the trained network: a layer called "word.conv4" then belongs to the branch of "word"
    raises : LayersError, ArchiveError or NetworkError naming the model and the remedy
    """
    for path in models:
        if path.is_dir():
            hearing = load_network(path, device, params.trust_code)
            _check_sound(path, hearing.sound, sounds)
            yield network(path.name, hearing, sounds, replace(params, names=None), reduce)
        else:
            features, units = precomputed.read(path, sounds.names, reduce)
            yield Model(path.stem, locate(list(features), tasks), features, units)


def _sound(path: Path, trust_code: bool) -> Sound:
    """Return the sound on which a network was trained, without building the network."""
    config = read_config(path)
    try:
        if not trust_code:
            check_trust(config.get("network"))
        return parse("sound", config.get("sound"), Sound, path / CONFIG)
    except TrustError as error:
        raise NetworkError(f"{path / CONFIG}: {error}") from None
    except ParamsError as error:
        raise NetworkError(
            f"{path / CONFIG} does not fit this version of Heschl: {error}. Train that network again."
        ) from None


def _check_sound(path: Path, sound: Sound, sounds: Sounds) -> None:
    samples = sounds.waveforms.shape[-1]
    if sounds.waveforms.ndim > sound.channels + 1:
        raise LayersError(
            f"{path / CONFIG}: the network hears one channel, but these sounds have two. Provide its "
            f"activations instead, as {path.name}.npz."
        )
    if sound.samples != samples:
        raise LayersError(
            f"{path / CONFIG}: the network expects clips of {sound.clip_s:g} s at {sound.sample_rate} Hz, "
            f"{sound.samples} samples, but these sounds have {samples}. Provide its activations instead, as "
            f"{path.name}.npz."
        )
