"""Sound files whose headers say something else than the files contain."""

import struct

import numpy as np
import soundfile

RATE = 8000
SECONDS = 6


def noise(seed=0, seconds=SECONDS):
    return 0.1 * np.random.default_rng(seed).standard_normal(seconds * RATE)


def wav(path, riff=None, data=None, subtype="PCM_16"):
    """Write a wav file with the sizes `riff` and `data` in its header; return its samples, (samples,)."""
    soundfile.write(path, noise(), RATE, subtype=subtype)
    content = bytearray(path.read_bytes())
    place = content.find(b"data") + 4
    for at, size in ((4, riff), (place, data)):
        if size is not None:
            content[at : at + 4] = struct.pack("<I", size)
    path.write_bytes(content)
    return noise()


def flac(path, seconds):
    """Write a flac file whose header gives another length; 0 is unknown."""
    soundfile.write(path, noise(), RATE)
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0
    content[22:26] = struct.pack(">I", seconds * RATE)
    path.write_bytes(content)


def mp3(path, tag=True, joined=1, seconds=SECONDS):
    """Write an mp3 file of variable bit rate, with or without its length tag; its second half is quiet."""
    rate = 44100
    sound = 0.3 * np.random.default_rng(0).standard_normal(seconds * rate)
    sound[len(sound) // 2 :] *= 1e-3
    kind = {
        "format": "MP3",
        "subtype": "MPEG_LAYER_III",
        "bitrate_mode": "VARIABLE",
        "compression_level": 0.5,
    }
    with soundfile.SoundFile(path, "w", rate, 1, **kind) as file:
        file.write(sound)
    content = path.read_bytes()
    assert 0 < content.find(b"Xing") < 100
    first = content.find(content[:2], 100)  # the frame after that of the tag
    path.write_bytes((content if tag else content[first:]) * joined)
