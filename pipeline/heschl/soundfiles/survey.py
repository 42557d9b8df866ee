"""A first pass over a sound file: what it contains, and what its user must know."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from heschl.soundfiles.blocks import decoded
from heschl.soundfiles.errors import SoundError
from heschl.soundfiles.headers import STREAMED, is_mp3
from heschl.soundfiles.opening import Decoder, opened
from heschl.soundfiles.totals import Totals
from heschl.soundfiles.view import View

UNKNOWN = 2**62  # frames: libsndfile's number, and more, where a file gives no length
NEAR_S = 0.1  # a length that is off by less is not worth a word: encoders round and pad
PADDING_S = 0.25  # that encoder and decoder of an mp3 file add at most
LEFT = 2**13  # bytes of an ogg file that libsndfile may leave
LONGER = re.compile(r": (\d+) \(should be (\d+)\)")  # libsndfile's log: size of a chunk, what the file has


@dataclass(frozen=True)
class Survey:
    """What a first pass over a file found.

    rate    : Hz
    totals  : of all that could be decoded
    whole   : whether the length tag of an mp3 file is wrong, so that it must not be believed
    stopped : why decoding stopped before the file's end
    notes   : what a user must know of a file that can be used
    """

    rate: int
    totals: Totals
    whole: bool
    stopped: SoundError | None
    notes: tuple[str, ...]

    @property
    def peak(self) -> float:
        """Return the largest distance of the mean of the channels from its mean over time."""
        return max(self.totals.high - self.totals.mean, self.totals.mean - self.totals.low)

    @property
    def duration_s(self) -> float:
        """Return the duration of all that could be decoded, s."""
        return self.totals.samples / self.rate


def survey(path: Path, name: str, whole: bool = False) -> Survey:
    """Decode a file once.

    raises : SoundError if it cannot be opened
    """
    stopped = None
    with opened(path, name, whole) as (decoder, view):
        totals = Totals(decoder.channels)
        try:
            for block in decoded(decoder):
                totals.add(block)
        except SoundError as error:
            stopped = error
        if decoder.format == "MP3" and not whole and view and is_mp3(view.peek(4)):
            more = survey(path, name, True)
            if more.totals.samples - totals.samples > PADDING_S * decoder.samplerate:
                note = _length(totals.samples, more.totals.samples, decoder.samplerate)
                return replace(more, notes=(note, *more.notes))
        notes = () if stopped else _notes(decoder, view, totals)
        return Survey(decoder.samplerate, totals, whole, stopped, notes)


def _notes(decoder: Decoder, view: View | None, totals: Totals) -> tuple[str, ...]:
    """Return what the header, the bytes that were left and the decoder's lines say, in that order."""
    rate, claimed = decoder.samplerate, _claimed(decoder, view)
    notes = []
    if view and view.correction.remark:
        notes.append(f"{view.correction.remark}; {totals.samples / rate:.2f} s were found and used")
    elif claimed is not None and abs(claimed - totals.samples) > NEAR_S * rate:
        notes.append(_length(claimed, totals.samples, rate))
    if view and decoder.format == "OGG" and view.left > LEFT:
        unused = f"{view.left} of its {view.size} bytes"
        notes.append(f"{unused} follow the end of its first stream and are not used: is it several in one?")
    if decoder.lines and not notes:
        many = f" and {len(decoder.lines) - 1} more lines" if len(decoder.lines) > 1 else ""
        notes.append(f"its decoder says: {decoder.lines[0]}{many}")
    return tuple(notes)


def _length(claimed: int, found: int, rate: int) -> str:
    header, seconds = f"its header gives {claimed / rate:.2f} s", f"{found / rate:.2f} s"
    if found < claimed:
        return f"{header}, but the file ends at {seconds}: was it cut short?"
    return f"{header}, but the file contains {seconds}: all of it is used"


def _claimed(decoder: Decoder, view: View | None) -> int | None:
    """Return the number of samples that the header gives, None if it gives none."""
    if view and view.correction.frames is not None:
        return view.correction.frames
    if decoder.frames >= UNKNOWN or (view and view.correction.times > 1):
        return None
    sizes = LONGER.findall(decoder.extra_info)
    if not sizes:
        return decoder.frames
    given, real = map(int, sizes[-1])
    return None if given >= STREAMED else round(decoder.frames * given / max(1, real))
