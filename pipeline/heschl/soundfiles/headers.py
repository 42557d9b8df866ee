"""Headers that are wrong about the length of a sound, corrected so that libsndfile decodes it to its end.

libsndfile stops after the number of samples that it takes from the header, and estimates that number for an
mp3 file without a length tag.

    wav    a data size of 0 (a recorder that crashed) or one that ends within the samples (beyond 4 GB) reads
           as that of a file that was not closed; libsndfile then takes the rest of the file
    flac   the number of samples reads as 0, unknown
    ogg    nothing is changed
    mp3    without a length tag, or if its tag stops early, the file appears far longer than it is

Sources: RIFF, "Multimedia programming interface and data specifications 1.0"; RFC 9639 (FLAC), section 8.2;
RFC 3533 (ogg), section 6; ID3v2.4, section 3.1.
"""

import os
import struct
from pathlib import Path
from typing import BinaryIO

from heschl.soundfiles.view import Correction

HEAD = 4096  # bytes that are searched for an mp3 file's length tag
ENDLESS = 64  # times the size that an mp3 file appears to have: no estimate of its length is then too short
PAGE = 65_307  # bytes of the largest ogg page
STREAMED = 0x7FFF0000  # bytes; a program that writes to a pipe gives this data size or more: unknown
FLAC_TOTAL = 21  # offset of the byte whose lower half begins the 36 bits of the number of samples


def correction(path: Path, whole: bool = False) -> Correction:
    """Return what libsndfile must see of a file, so that it decodes the file to its end.

    whole : do not believe the length tag of an mp3 file
    """
    with open(path, "rb") as file:
        head = file.read(HEAD)
        if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
            return _wav(file)
        if head[:4] == b"fLaC":
            return _flac(head)
        if head[:4] == b"OggS":
            return _ogg(file)
        if is_mp3(head):
            return _mp3(file, whole)
    return Correction()


def is_mp3(content: bytes) -> bool:
    """Return whether bytes begin as an mp3 file: with a tag, or the header of a frame of layer I to III."""
    frame = len(content) > 3 and content[0] == 0xFF and content[1] >= 0xE0 and content[1] & 6 > 0
    return frame or content[:3] == b"ID3"


def _wav(file: BinaryIO) -> Correction:
    file.seek(12)
    while len(chunk := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", chunk)
        if name == b"data":
            break
        file.seek(size + size % 2, os.SEEK_CUR)
    else:
        return Correction()
    place = file.tell()
    end = file.seek(0, os.SEEK_END)
    file.seek(place + size + size % 2)
    following = file.read(8)
    if size >= STREAMED or len(following) < 8 or _is_chunk(following, end - file.tell()):
        return Correction()
    remark = f"its header gives {size} bytes of samples (was the recorder interrupted?)"
    return Correction({4: struct.pack("<I", 8), place - 4: bytes(4)}, remark=remark)


def _is_chunk(head: bytes, rest: int) -> bool:
    name, size = struct.unpack("<4sI", head)
    return name.isascii() and name.decode().isprintable() and size <= rest + 1


def _flac(head: bytes) -> Correction:
    total = int.from_bytes(head[FLAC_TOTAL : FLAC_TOTAL + 5], "big") & (2**36 - 1)
    unknown = bytes([head[FLAC_TOTAL] & 0xF0, 0, 0, 0, 0]) if len(head) > FLAC_TOTAL + 5 else b""
    return Correction({FLAC_TOTAL: unknown}, frames=total or None)


def _ogg(file: BinaryIO) -> Correction:
    """Correct nothing; remark where the last page does not say that it is the last."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - PAGE))
    tail = file.read()
    last = tail.rfind(b"OggS")
    ended = last >= 0 and tail[last + 5 : last + 6] >= b"\4"
    return Correction(remark="" if ended else "its last page is missing (was it cut short?)")


def _mp3(file: BinaryIO, whole: bool) -> Correction:
    start = 0
    file.seek(0)
    while (tag := file.read(10))[:3] == b"ID3":  # its size: 28 bits in four bytes
        start += 10 + sum((byte & 0x7F) << 7 * place for place, byte in enumerate(reversed(tag[6:10])))
        file.seek(start)
    file.seek(start)
    head = file.read(HEAD)
    tag_at = _length_tag(head)
    if tag_at < 0:
        return Correction(times=ENDLESS)
    if not whole:
        return Correction()
    following = head.find(head[:2], tag_at)  # the frame after that of the tag
    return Correction(start=start + max(following, 0), times=ENDLESS)


def _length_tag(head: bytes) -> int:
    """Return the place of the tag with the number of frames in the first frame of an mp3 file, or -1."""
    for name in (b"Xing", b"Info"):
        place = head.find(name, 0, 200)
        if place >= 0 and head[place + 7] & 1:
            return place
    return head.find(b"VBRI", 0, 200)
