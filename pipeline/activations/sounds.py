"""The sounds that layers and brains are compared on: clips of one length, of a folder or cut from the corpus, with labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from pipeline import audio
from pipeline.activations import excerpts, labels
from pipeline.activations.names import FORMATS, listed, natural, stem
from pipeline.audio import FULL_SCALE, Sound, from_db, rms, to_int16

FOLDER = "wav"  # of the sound files, whatever their format
TOLERANCE = 0.01  # of the length
LEVEL_DB = -26.0  # rms re full scale that sounds are brought to: quiet files would lose bits
PEAK = 0.999  # of full scale: a sound that would exceed it is turned down instead


class SoundsError(ValueError):
    """Sounds that cannot be used; names the file or row and the remedy."""


@dataclass(frozen=True, eq=False)
class Sounds:
    """Sounds of one length and rate, by name.

    names     : unique
    waveforms : (sounds, samples) int16, rms -26 dB re full scale, or less where the peak would clip
    labels    : column -> (sounds,) str, "" where a sound has none
    """

    names: tuple[str, ...]
    waveforms: np.ndarray
    labels: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.names)

    def only(self, names: Sequence[str]) -> "Sounds":
        """Return the sounds of these names, in this order; raises SoundsError naming those that there are not."""
        places = {name: place for place, name in enumerate(self.names)}
        missing = [name for name in names if name not in places]
        if missing:
            raise SoundsError(
                f"{len(missing)} of {len(names)} sounds are not there: {listed(missing)}. Add their files."
            )
        rows = [places[name] for name in names]
        return Sounds(
            tuple(names),
            self.waveforms[rows],
            {column: values[rows] for column, values in self.labels.items()},
        )


def of_folder(folder: str | Path, sound: Sound) -> Sounds:
    """Read the sounds of `folder`/wav, and their labels where `folder` has category_labels.csv or labels.csv.

    names  : the files' without ending, sorted as people do: stim7 before stim12
    raises : SoundsError, LabelsError naming the file or row, and the remedy
    """
    folder = Path(folder)
    files = _files(folder / FOLDER)
    waveforms = np.stack([_waveform(file, sound) for file in files.values()])
    return Sounds(tuple(files), waveforms, labels.read(folder, tuple(files)))


def of_corpus(folder: str | Path, number: int, seed: int, sound: Sound) -> Sounds:
    """Cut `number` sounds from the test split of a corpus: speech, music and scenes in equal parts, without overlap.

    names  : such as speech-012; labels : category, speech, music or scene; the same seed cuts the same sounds
    raises : SoundsError where the split has too few seconds of a kind
    """
    wanted = {
        kind: number // len(excerpts.KINDS) + (place < number % len(excerpts.KINDS))
        for place, kind in enumerate(excerpts.KINDS)
    }
    rngs = [np.random.default_rng(np.random.SeedSequence([seed, place])) for place in range(len(wanted))]
    drawn = {
        kind: excerpts.draw(Path(folder), kind, wanted[kind], rng, sound)
        for kind, rng in zip(wanted, rngs, strict=True)
    }
    short = [(len(waveforms), kind) for kind, waveforms in drawn.items() if len(waveforms) < wanted[kind]]
    if short:
        least, kind = min(short)
        raise SoundsError(
            f"{folder}: the test split has {least} cuts of {sound.clip_s:g} s of {kind} that neither overlap nor are silent; "
            f"{wanted[kind]} are wanted. Lower encode.sounds to {len(excerpts.KINDS) * least}, or add recordings to the corpus."
        )
    names = [f"{kind}-{place:03d}" for kind in drawn for place in range(wanted[kind])]
    waveforms = [levelled(waveform) for kind in drawn for waveform in drawn[kind]]
    return Sounds(
        tuple(names), np.stack(waveforms), {"category": np.repeat(list(wanted), list(wanted.values()))}
    )


def levelled(waveform: np.ndarray) -> np.ndarray:
    """Return (samples,) int16 of the common level."""
    gain = min(from_db(LEVEL_DB) / rms(waveform), PEAK / float(np.abs(waveform).max()))
    return to_int16(waveform * gain)


def _files(folder: Path) -> dict[str, Path]:
    """Return the sound files of a folder by name, in natural order."""
    if not folder.is_dir():
        raise SoundsError(
            f"{folder} is missing. Put the sound files there ({', '.join(FORMATS)}): inputs/brain/README.md."
        )
    files: dict[str, Path] = {}
    for file in sorted(folder.iterdir(), key=lambda file: natural(file.name)):
        if file.suffix.lower() not in FORMATS or file.name.startswith("."):
            continue
        name = stem(file.name)
        if name in files:
            raise SoundsError(f"{file} and {files[name].name} are both the sound {name!r}. Take one away.")
        files[name] = file
    if not files:
        raise SoundsError(
            f"{folder} holds no sound file ({', '.join(FORMATS)}). Put the sounds there: inputs/brain/README.md."
        )
    return files


def _waveform(file: Path, sound: Sound) -> np.ndarray:
    """Return a file as (samples,) int16."""
    try:
        waveform, rate = audio.read(file)
    except (soundfile.LibsndfileError, OSError) as error:
        raise SoundsError(f"{file} cannot be read: {error}. Replace it or take it away.") from None
    seconds = len(waveform) / rate
    if abs(seconds - sound.clip_s) > TOLERANCE * sound.clip_s:
        raise SoundsError(
            f"{file} is {seconds:.3f} s long; expected {sound.clip_s:g} s (sound.clip_s). Cut or pad it to that length: "
            f"which part is heard is for you to choose."
        )
    if not np.isfinite(waveform).all():
        raise SoundsError(f"{file} holds samples that are not finite. Export it again.")
    if rms(waveform) * FULL_SCALE < 1:
        raise SoundsError(
            f"{file} is silent: its rms is below one step of 16 bits. Replace it or take it away."
        )
    waveform = audio.resample(waveform, rate, sound.sample_rate)[: sound.samples]
    return levelled(np.pad(waveform, (0, sound.samples - len(waveform))))
