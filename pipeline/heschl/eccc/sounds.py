"""The corpus's sounds: stereo, speech on the left and its masker on the right, as the listeners' mixture.

file     | margin |    word     | margin |     left: speech, silent in the margins; right: masker
clip  |   silence |   speech + masker    | silence   |     the middle of the word is that of the clip
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from heschl.audio import Sound, db, rms
from heschl.eccc.table import Clip, EcccError
from heschl.soundfiles.blocks import decoded
from heschl.soundfiles.errors import SoundError
from heschl.soundfiles.heard import heard
from heschl.soundfiles.opening import opened

NAMES = ("t_{}", "{}")  # of a clip's sound, in lower case and without .wav; the published ones are T_<ID>


class Stimulus(NamedTuple):
    """What the network hears, and the SNR that the file has.

    waveform : (samples,) float32, as long as the network's clips
    snr_db   : of the channels over the samples of the word; inf if the masker is silent there
    """

    waveform: np.ndarray
    snr_db: float


def files(folder: str | Path) -> dict[str, list[Path]]:
    """Return the wav files in a folder and in its folders, by name in lower case without .wav."""
    folder = Path(folder)
    folders = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
    found: dict[str, list[Path]] = {}
    for path in (path for each in folders for path in sorted(each.iterdir())):
        if path.suffix.lower() == ".wav" and not path.name.startswith("."):
            found.setdefault(path.stem.lower(), []).append(path)
    return found


def file_of(clip: Clip, known: dict[str, list[Path]], folder: str | Path) -> Path:
    """Return the sound of a clip, among those that `files` returns; raises EcccError unless there is one."""
    for name in NAMES:
        found = known.get(name.format(clip.id.lower()), [])
        if len(found) > 1:
            raise EcccError(
                f"the sound of ID {clip.id} is in two files: {found[0]} and {found[1]}; expected one. "
                "Move one of them out of the corpus's folder."
            )
        if found:
            return found[0]
    raise EcccError(
        f"{folder} has no sound of ID {clip.id}: expected T_{clip.id}.wav there or in a folder in it, such "
        "as confusionWavs. Unpack the whole corpus."
    )


def stimulus(path: Path, clip: Clip, sound: Sound) -> Stimulus:
    """Return the mixture of a clip, as the network hears it.

    raises : EcccError if the file is not stereo, is shorter than the word, or cannot be decoded to its end
    """
    try:
        with heard(path, sound.sample_rate) as file:
            channels = file.survey.totals.channels
            if channels != 2:
                raise EcccError(
                    f"{path} has {channels} channel{'s' * (channels > 1)}; expected 2, speech on the left "
                    "and masker on the right. Was it mixed or converted? Take the published file."
                )
            if file.fault:
                raise EcccError(f"{path} cannot be used: {file.fault}. Download the corpus again.")
            mixture = 2 * file.waveform()  # `heard` gives the mean of the channels
        return Stimulus(placed(mixture, sound.samples), achieved_snr_db(path, clip))
    except SoundError as error:
        raise EcccError(str(error)) from None


def placed(waveform: np.ndarray, samples: int) -> np.ndarray:
    """Return (samples,) with the middle of a waveform in their middle: padded with silence, or cut."""
    first = max(0, (len(waveform) - samples) // 2)
    kept = waveform[first : first + samples]
    missing = samples - len(kept)
    return np.pad(kept, (missing // 2, missing - missing // 2))


def achieved_snr_db(path: Path, clip: Clip) -> float:
    """Return the SNR of a file's channels over the word, which is in the file's middle.

        20 log10(rms(left) / rms(right))

    raises : SoundError if the file cannot be decoded; EcccError if it is shorter than the word
    """
    with opened(path, str(path)) as (decoder, _):
        channels = np.concatenate(list(decoded(decoder)))
    margin = len(channels) - clip.samples
    if margin < 0:
        raise EcccError(
            f"{path} has {len(channels)} samples; expected at least the {clip.samples} of its word (Length). "
            "Was it resampled or cut? Take the published file."
        )
    speech, masker = channels[margin // 2 : margin // 2 + clip.samples].T
    return db(rms(speech) / rms(masker)) if masker.any() else np.inf
