"""The files alignment.txt of the LibriSpeech alignments (Lugosch et al. 2019): a line per utterance.

103-1240-0000 ",CHAPTER,ONE,," "0.410,0.810,1.040,1.290"    words, and when each ends; "" is silence
"""

import re
from collections.abc import Iterator
from pathlib import Path

from heschl.alignment.times.form import Aligned, Form, lines, word
from heschl.alignment.words import AlignmentError

LINE = re.compile(r'(\S+) "([^"]*)" "([^"]*)"')


def _read(path: Path, name: str) -> Iterator[Aligned]:
    for place, line in lines(path):
        found = LINE.fullmatch(line)
        words, ends_s = (found[part].split(",") for part in (2, 3)) if found else ([], [])
        if not found or len(words) != len(ends_s):
            expected = 'a name, ",WORD,..." and as many times, "0.41,0.81,..."'
            raise AlignmentError(f"{place}: {line[:40]!r}; expected {expected}.")
        starts_s = ["0", *ends_s[:-1]]
        timed = zip(words, starts_s, ends_s, strict=True)
        yield found[1], [word(place, *each) for each in timed]


LIBRISPEECH = Form("LibriSpeech alignments", ("*.alignment.txt",), _read)
