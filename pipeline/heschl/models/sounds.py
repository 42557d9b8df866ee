"""The sounds that a model hears: files of a folder, test clips, or what the stages use; one at a time."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from heschl.activations import sounds as stages
from heschl.activations.names import FORMATS, natural, stem
from heschl.activations.params import ActivationsParams
from heschl.activations.sounds import FOLDER, Sounds, set_level
from heschl.audio import FULL_SCALE, Sound, one_channel, resample, rms
from heschl.decode import clips
from heschl.decode.params import DecodeParams
from heschl.encode.params import EncodeParams
from heschl.encode.sources import SIMULATED
from heschl.models.model import ModelError, as_heard
from heschl.params import FILE, load, load_all
from heschl.shards.read import Shards
from heschl.soundfiles.errors import SoundError
from heschl.soundfiles.heard import heard

CORPUS, SHARDS = Path("data/corpus"), Path("data/shards")


class Source(NamedTuple):
    """Sounds by name.

    waveform : (place in names, sample rate in Hz) -> (samples,) float32 in [-1, 1)
    text     : where they are from
    """

    names: list[str]
    waveform: Callable[[int, int], np.ndarray]
    text: str


def of_folder(folder: Path) -> Source:
    """Return the sound files of `folder`/wav, as stages have them, or else of `folder`; of any length.

    names    : of the files, without ending, in natural order
    waveform : resampled from the file's rate, at -26 dB rms re full scale as in `encode` and `decode`
    raises   : ModelError where there is none, or two have one name; `waveform` raises it for a file that
               cannot be used
    """
    inner = folder / FOLDER if (folder / FOLDER).is_dir() else folder
    listed = sorted(inner.iterdir(), key=lambda file: natural(file.name)) if inner.is_dir() else []
    files = [file for file in listed if file.suffix.lower() in FORMATS and not file.name.startswith(".")]
    if not files:
        raise ModelError(
            f"{folder} has no sound file ({', '.join(FORMATS)}), nor has {folder / FOLDER}. Name a folder "
            "that has: --sounds FOLDER."
        )
    names = [stem(file.name) for file in files]
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise ModelError(f"{inner} has more than one file of the sound {repeated[0]!r}. Keep one of them.")
    return Source(names, lambda place, rate: _read(files[place], rate), str(folder))


def of_params(test_clips: bool) -> Source:
    """Return the sounds that the stages use: of `encode`, or the test clips that `decode` reads out."""
    if not FILE.is_file():
        raise ModelError(
            f"There is no {FILE} in this folder, which says what sounds the stages use. Name a folder of "
            "sounds (--sounds FOLDER), or run this in the folder of a project."
        )
    if test_clips:
        shards = Shards.open(SHARDS, "test")
        found = clips.of_shards(shards, load("decode", DecodeParams))
        return of_sounds(found, shards.sound.sample_rate, f"test clips of {SHARDS}")
    params: EncodeParams = load("encode", EncodeParams)
    if params.source != SIMULATED:
        return of_folder(Path(params.folder))
    sound: Sound = load("sound", Sound)
    cuts = stages.of_corpus(CORPUS, params.sounds, params.seed, sound)
    return of_sounds(cuts, sound.sample_rate, f"cuts of {CORPUS} for simulated responses")


def of_sounds(sounds: Sounds, sample_rate: int, text: str) -> Source:
    """Return sounds that are in memory, at their own level; both ears of a listener become one channel."""
    waveforms = one_channel(sounds.waveforms)

    def waveform(place: int, rate: int) -> np.ndarray:
        return as_heard(resample(waveforms[place].astype(np.float32) / FULL_SCALE, sample_rate, rate))

    return Source(list(sounds.names), waveform, text)


def batch_size() -> int:
    """Return `activations.batch_size` of params.yaml, or 16 where there is none."""
    given = FILE.is_file() and "activations" in load_all()
    return load("activations", ActivationsParams).batch_size if given else 16


def _read(file: Path, rate: int) -> np.ndarray:
    try:
        with heard(file, rate) as found:
            if found.fault:
                advice = found.invert if found.antiphase else "Export it again."
                raise ModelError(f"{file} cannot be used: {found.fault}. {advice}")
            waveform = found.waveform()
    except SoundError as error:
        raise ModelError(f"{error} Or replace or remove it.") from None
    if rms(waveform) * FULL_SCALE < 1:
        raise ModelError(f"{file} is silent: its rms is below one step of 16 bits. Replace or remove it.")
    return set_level(waveform).astype(np.float32) / FULL_SCALE
