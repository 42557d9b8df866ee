"""Forced alignment: when each word of a transcript was spoken, by pocketsphinx.

Each word is one of its pronunciations in the dictionary, a sequence of phones; between words there may be
silence. The sequence of states with the highest likelihood gives the times, in frames of 10 ms.
"""

import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from heschl.alignment.pronunciation import pronounced
from heschl.alignment.words import AlignmentError, Word, words_of
from heschl.soundfiles.errors import SoundError
from heschl.soundfiles.heard import heard

if TYPE_CHECKING:
    from pocketsphinx import Decoder

RATE = 16000  # Hz, of the acoustic model
FRAME_S = 0.01
PEAK = 0.9  # of full scale, after scaling
BEAM = 1e-200  # what is this much less likely than the best is dropped
SHIFT = 1024  # pocketsphinx divides log likelihoods by it (SENSCR_SHIFT)
ALTERNATIVE = re.compile(r"\(\d+\)$")  # of a pronunciation
PHONES = "phones"  # name of the search for phones


@dataclass(frozen=True)
class Model:
    """An acoustic model and a dictionary of pocketsphinx; None: American English, which comes with it."""

    acoustic: str | None = None
    dictionary: str | None = None

    @property
    def english(self) -> bool:
        """Return whether words that the dictionary lacks are pronounced as English ones."""
        return self.acoustic is None


def align(path: str | Path, transcript: str, model: Model) -> list[Word]:
    """Return the words of a recording of one utterance, with times and confidence.

    The confidence of a word is the likelihood of its frames, as a mean per frame (geometric), relative to the
    most likely sequence of any phones in the same frames; at most 1. Source: Witt & Young 2000, Speech
    Communication 30, 95: goodness of pronunciation.

    raises : AlignmentError or SoundError, with the reason
    """
    words = words_of(transcript)
    with heard(path, RATE) as sound:
        if sound.fault:
            raise SoundError(sound.fault, sound.fault)
        samples = sound.waveform()
    peak = float(np.abs(samples).max())
    if not peak:
        raise AlignmentError("silent")
    pcm = np.round(samples * (PEAK * 32767 / peak)).astype("<i2").tobytes()
    engine = decoder(model)
    _pronounce(engine, words, model)
    engine.activate_search(PHONES)
    free = _log_likelihood(_segments(engine, pcm) or [], engine.n_frames())
    engine.set_align_text(" ".join(words))
    found = [each for each in _segments(engine, pcm) or [] if each.word[0] not in "<["]
    if [ALTERNATIVE.sub("", each.word) for each in found] != words:
        raise AlignmentError(
            "the sound does not fit the transcript: is it of another recording, or are words missing?"
        )
    return [_word(each, word, free) for each, word in zip(found, words, strict=True)]


@cache
def decoder(model: Model) -> "Decoder":
    """Return the decoder of this process.

    Its beams are wide, and it takes the best sequence itself, not one from a lattice: with the default beams
    no sequence is left for some utterances that are unlike its model, and the lattice may skip words.

    raises : AlignmentError if pocketsphinx is missing, or cannot load the model
    """
    try:
        from pocketsphinx import Decoder
    except ImportError:
        raise AlignmentError("Alignment needs pocketsphinx: pip install pocketsphinx") from None
    options: dict[str, Any] = {"lm": None, "loglevel": "FATAL", "samprate": RATE, "cmn": "batch"}
    options |= {"hmm": model.acoustic} if model.acoustic else {}
    options |= {"dict": model.dictionary} if model.dictionary else {}
    options |= {**dict.fromkeys(("beam", "pbeam", "wbeam"), BEAM), "bestpath": False}
    try:
        made = Decoder(**options)
        made.add_allphone_file(PHONES, None)
    except (RuntimeError, ValueError) as error:
        raise AlignmentError(
            f"pocketsphinx cannot load the model {model.acoustic or 'en-us'} with the dictionary "
            f"{model.dictionary or 'of the model'} ({error})."
        ) from None
    return made


def _pronounce(engine: "Decoder", words: list[str], model: Model) -> None:
    """Add words that the dictionary lacks."""
    for word in words:
        if engine.lookup_word(word) is None:
            if not model.english:
                raise AlignmentError(f"{word!r} is not in the dictionary: add its pronunciation")
            try:
                phones = pronounced(word)
            except ValueError as error:
                raise AlignmentError(f"{error}: add it to a dictionary") from None
            engine.add_word(word, phones)


def _segments(engine: "Decoder", pcm: bytes) -> list[Any] | None:
    """Return what the current search finds in a sound, 16-bit samples at RATE; None if nothing."""
    engine.reinit_feat()  # or the mean and the noise of earlier sounds would change the result
    engine.start_utt()
    engine.process_raw(pcm, full_utt=True)
    engine.end_utt()
    found = engine.seg()
    return None if found is None else list(found)


def _log_likelihood(segments: list[Any], frames: int) -> np.ndarray:
    """Return the mean log likelihood of a frame in the segment of each frame, (frames,)."""
    found = np.zeros(frames)
    for each in segments:
        found[each.start_frame : each.end_frame + 1] = _per_frame(each)
    return found


def _per_frame(segment: Any) -> float:
    return SHIFT * math.log(segment.ascore) / (segment.end_frame + 1 - segment.start_frame)


def _word(segment: Any, word: str, free: np.ndarray) -> Word:
    first, end = segment.start_frame, segment.end_frame + 1
    confidence = math.exp(min(_per_frame(segment) - free[first:end].mean(), 0.0))
    return Word(word, round(first * FRAME_S, 2), round(end * FRAME_S, 2), round(confidence, 3))
