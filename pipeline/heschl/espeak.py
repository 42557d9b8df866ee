"""A thin binding to the speech synthesizer eSpeak NG; `espeakng-loader` brings the library and voices.

Use it from one thread of a process: the library keeps its state in globals.
Source: `speak_lib.h` and `espeak_ng.h` of eSpeak NG 1.52.
"""

import _ctypes
import ctypes
import os
from collections.abc import Iterator
from ctypes import POINTER, byref, c_char, c_char_p, c_int, c_long, c_short, c_size_t, c_uint, c_void_p
from pathlib import Path
from typing import Any, NamedTuple

import espeakng_loader
import numpy as np

RATE = 22050  # Hz, of every voice
VOLUME = 25  # of 200; at the default of 100 several variants run into the limiter
SYNCHRONOUS, PHONEME_EVENTS, DO_NOT_EXIT, UTF8 = 2, 1, 1 << 15, 1
LAST, WORD, SENTENCE, END, TERMINATED, PHONEME = 0, 1, 2, 5, 6, 7
PARAMETERS = {"rate_wpm": 1, "volume": 2, "pitch": 3, "pitch_range": 4, "word_gap": 7}


class Word(NamedTuple):
    """A part of the text that was spoken as one word; its bounds are in samples of the waveform."""

    position: int  # of its first character in the text
    length: int  # characters
    start: int
    end: int  # where the next word or a pause begins


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", c_int),
        ("unique_identifier", c_uint),
        ("text_position", c_int),  # from 1
        ("length", c_int),
        ("audio_position", c_int),
        ("sample", c_int),
        ("user_data", c_void_p),
        ("id", c_char * 8),
    ]


_Callback = ctypes.CFUNCTYPE(c_int, POINTER(c_short), c_int, POINTER(_Event))


def say(
    text: str, voice: str, rate_wpm: int, pitch: int, pitch_range: int, word_gap: int, seed: int
) -> tuple[np.ndarray, list[Word]]:
    """Speak `text`; the same arguments give the same samples in any process, whatever was spoken before.

    voice       : "<language file>+<variant>", such as "gmw/en-US+m3"
    rate_wpm    : nominal speed, 80 to 450 words per minute
    pitch       : 0 to 99; 50 is the default of the variant
    pitch_range : 0 (monotone) to 99; 50 is the default of the variant
    word_gap    : pause between words, in units of 10 ms; 0 is running speech
    returns     : (samples,) float32 in [-1, 1] at `RATE`; the words in order. The energy of a word begins
                  some 12 ms after its start, after the closure if it begins with a stop. "of the" and the
                  like are one word: look content words up by position
    raises      : ValueError for an unknown voice, RuntimeError if eSpeak NG fails
    """
    check_voice(voice)
    values = {
        "rate_wpm": rate_wpm,
        "volume": VOLUME,
        "pitch": pitch,
        "pitch_range": pitch_range,
        "word_gap": word_gap,
    }
    blocks: list[bytes] = []
    events: list[tuple[int, int, int, int]] = []  # type, position, length, sample

    @_Callback
    def receive(samples: Any, count: int, event: Any) -> int:
        blocks.append(ctypes.string_at(samples, 2 * count) if count > 0 else b"")
        for item in _take(event):
            kind = (
                SENTENCE if item.type == PHONEME and item.id.startswith(b"_") else item.type
            )  # "_:" is a pause
            events.append((kind, item.text_position - 1, item.length, item.sample))
        return 0

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    try:
        initialize(library)
        library.espeak_SetSynthCallback(receive)
        library.espeak_ng_SetRandSeed(c_long(seed))
        ctypes.CDLL(None).srand(
            seed
        )  # breath in the Klatt variants comes from the random numbers of the C library
        _require("espeak_SetVoiceByName", library.espeak_SetVoiceByName(voice.encode()))
        for name, value in values.items():
            _require(
                f"espeak_SetParameter {name}={value}", library.espeak_SetParameter(PARAMETERS[name], value, 0)
            )
        content = text.encode() + b"\0"
        status = library.espeak_Synth(content, c_size_t(len(content)), 0, 1, 0, UTF8, None, None)
        _require("espeak_Synth", status)
        _require("espeak_Synchronize", library.espeak_Synchronize())
    finally:  # a library that is loaded again has forgotten everything: filters, noise, prosody
        library.espeak_Terminate()
        _ctypes.dlclose(library._handle)
    pcm = np.frombuffer(b"".join(blocks), dtype=np.int16)
    return pcm.astype(np.float32) / 32768, _words(events, pcm.size)


def variants() -> set[str]:
    """Return the names of the voice variants that come with the synthesizer."""
    return {path.name for path in Path(espeakng_loader.get_data_path(), "voices", "!v").iterdir()}


def check_voice(voice: str) -> None:
    """Check that a voice exists, because eSpeak NG silently ignores an unknown variant.

    raises : ValueError if it does not
    """
    language, _, variant = voice.partition("+")
    folder = Path(espeakng_loader.get_data_path(), "lang", language).parent
    if not folder.is_dir() or Path(language).name not in {path.name for path in folder.iterdir()}:
        raise ValueError(
            f"voice {voice!r}: eSpeak NG has no language file {language!r}; expected one like 'gmw/en-US'."
        )
    if variant not in variants():
        raise ValueError(
            f"voice {voice!r}: eSpeak NG has no variant {variant!r}; it has {', '.join(sorted(variants()))}."
        )


def initialize(library: ctypes.CDLL) -> None:
    """Load the data of eSpeak NG.

    raises : RuntimeError if it cannot
    """
    data = espeakng_loader.get_data_path()
    path = min(data, os.path.relpath(data), key=len).encode()  # one longer than 159 bytes is ignored
    rate = library.espeak_Initialize(SYNCHRONOUS, 0, path, PHONEME_EVENTS | DO_NOT_EXIT)
    used = c_char_p()
    library.espeak_Info.restype = c_char_p
    library.espeak_Info(byref(used))
    if rate != RATE or used.value != path:
        raise RuntimeError(
            f"eSpeak NG did not load its data from {path.decode()} ({len(path)} bytes; sample rate {rate}, "
            f"expected {RATE}). It ignores paths of 160 bytes or more: put the environment in a folder with "
            f"a shorter name."
        )


def _require(call: str, status: int) -> None:
    if status != 0:
        raise RuntimeError(f"eSpeak NG: {call} failed with status {status}.")


def _take(event: Any) -> Iterator[_Event]:
    index = 0
    while event[index].type != LAST:
        yield event[index]
        index += 1


def _words(events: list[tuple[int, int, int, int]], samples: int) -> list[Word]:
    bounds = [event for event in events if event[0] in (WORD, SENTENCE, END, TERMINATED)]
    ends = [sample for _, _, _, sample in bounds[1:]] + [samples]
    return [
        Word(position, length, start, end)
        for (kind, position, length, start), end in zip(bounds, ends, strict=True)
        if kind == WORD
    ]
