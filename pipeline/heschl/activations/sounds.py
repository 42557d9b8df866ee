"""Sounds for which models and brains are compared: clips of one length, from a folder or the corpus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from heschl.activations import excerpts, labels
from heschl.activations.names import FORMATS, listed, natural, stem
from heschl.audio import FULL_SCALE, Sound, from_db, rms, to_int16
from heschl.soundfiles.errors import SoundError
from heschl.soundfiles.heard import Heard, heard

FOLDER = "wav"  # of the sound files, in any format
TOLERANCE = 0.01  # share of the length
LEVEL_DB = -26.0  # rms re full scale of every sound: quiet ones would lose bits
PEAK = 0.999  # of full scale: a sound whose peak would exceed it has a lower level instead


class SoundsError(ValueError):
    """Sounds that cannot be used; names the file and the remedy."""


@dataclass(frozen=True, eq=False)
class Sounds:
    """Sounds of one length and sample rate.

    names     : unique
    waveforms : (sounds, samples) int16, rms -26 dB re full scale, or less where the peak would clip
    labels    : column -> (sounds,) str, "" where a sound has none
    """

    names: tuple[str, ...]
    waveforms: np.ndarray
    labels: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.names)

    def select(self, names: Sequence[str]) -> "Sounds":
        """Return the named sounds in the given order; SoundsError names those that are missing."""
        places = {name: place for place, name in enumerate(self.names)}
        missing = [name for name in names if name not in places]
        if missing:
            raise SoundsError(
                f"{len(missing)} of {len(names)} sounds are missing: {listed(missing)}. Add their files."
            )
        rows = [places[name] for name in names]
        return Sounds(
            tuple(names),
            self.waveforms[rows],
            {column: values[rows] for column, values in self.labels.items()},
        )


def of_folder(folder: str | Path, sound: Sound) -> Sounds:
    """Read the sounds of `folder`/wav, and their labels if `folder` has category_labels.csv or labels.csv.

    names  : of the files, without ending, in natural order: stim7 before stim12
    raises : SoundsError, LabelsError or SpreadsheetError naming the file or row and the remedy
    """
    folder = Path(folder)
    files = _files(folder / FOLDER)
    waveforms = np.stack([_waveform(file, sound) for file in files.values()])
    return Sounds(tuple(files), waveforms, labels.read(folder, tuple(files)))


def of_corpus(folder: str | Path, number: int, seed: int, sound: Sound) -> Sounds:
    """Cut `number` sounds from the test split of a corpus: speech, music and scenes equally, without overlap.

    names  : such as speech-012
    labels : category: speech, music or scene
    raises : SoundsError where the split is too short for that many
    """
    wanted = {
        category: number // len(excerpts.CATEGORIES) + (place < number % len(excerpts.CATEGORIES))
        for place, category in enumerate(excerpts.CATEGORIES)
    }
    rngs = [np.random.default_rng(np.random.SeedSequence([seed, place])) for place in range(len(wanted))]
    drawn = {
        category: excerpts.draw(Path(folder), category, wanted[category], rng, sound)
        for category, rng in zip(wanted, rngs, strict=True)
    }
    short = [(len(cuts), category) for category, cuts in drawn.items() if len(cuts) < wanted[category]]
    if short:
        least, category = min(short)
        raise SoundsError(
            f"{folder}: the test split has {least} cuts of {sound.clip_s:g} s of {category} that neither "
            f"overlap nor are silent; {wanted[category]} are needed. Lower encode.sounds to "
            f"{len(excerpts.CATEGORIES) * least}, or add recordings to the corpus."
        )
    names = [f"{category}-{place:03d}" for category in drawn for place in range(wanted[category])]
    waveforms = [set_level(waveform) for cuts in drawn.values() for waveform in cuts]
    return Sounds(
        tuple(names), np.stack(waveforms), {"category": np.repeat(list(wanted), list(wanted.values()))}
    )


def set_level(waveform: np.ndarray) -> np.ndarray:
    """Return (samples,) int16 at the common level."""
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
            raise SoundsError(f"{file} and {files[name].name} are both the sound {name!r}. Remove one.")
        files[name] = file
    if not files:
        raise SoundsError(
            f"{folder} contains no sound file ({', '.join(FORMATS)}). Put the sounds there: "
            "inputs/brain/README.md."
        )
    return files


def _waveform(file: Path, sound: Sound) -> np.ndarray:
    """Return a sound file as (samples,) int16."""
    try:
        with heard(file, sound.sample_rate) as found:
            _check_length(file, found, sound)
            if found.fault:
                advice = found.invert if found.antiphase else "Export it again."
                raise SoundsError(f"{file} cannot be used: {found.fault}. {advice}")
            waveform = found.waveform()[: sound.samples]
    except SoundError as error:
        raise SoundsError(f"{error} Or replace or remove it.") from None
    if rms(waveform) * FULL_SCALE < 1:
        raise SoundsError(f"{file} is silent: its rms is below one step of 16 bits. Replace or remove it.")
    return set_level(np.pad(waveform, (0, sound.samples - len(waveform))))


def _check_length(file: Path, found: Heard, sound: Sound) -> None:
    seconds, notes = found.survey.duration_s, "".join(f" ({note})" for note in found.survey.notes)
    if abs(seconds - sound.clip_s) > TOLERANCE * sound.clip_s and not found.survey.stopped:
        raise SoundsError(
            f"{file} is {seconds:.3f} s long{notes}; expected {sound.clip_s:g} s (sound.clip_s). Cut or pad "
            "it to that length yourself: Heschl cannot know which part matters."
        )
