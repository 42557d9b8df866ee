"""Score rules of eight genres: what is played when, as tables of one-bar patterns, and how a song is made of them.

A pattern is a bar, one character a step (`Groove.steps` steps a beat):

    .        rest                   -        the note before it goes on
    x X o    the chord: plain, accented, soft (a drum hit, for drums)
    0 .. 9   one tone of the chord: root, third, fifth, then the seventh or the octave, and so on upwards
    f s      root with fifth, root with sixth      a n  a semitone under, and the root of, the next chord
    w        a tone of a walking line              m    a tone of the melody

Chords are written in C (a bar may hold several, `Dm7,G7`); every song is transposed at random.
"""

from dataclasses import dataclass

QUALITIES = {"": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10), "M7": (0, 4, 7, 11), "m7": (0, 3, 7, 10),
             "6": (0, 4, 7, 9), "9": (0, 4, 10, 14), "m9": (0, 3, 10, 14), "h": (0, 3, 6, 10), "o": (0, 3, 6)}  # fmt: skip
ROOTS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 11), "mixolydian": (0, 2, 4, 5, 7, 9, 10),
          "bebop": (0, 2, 3, 4, 5, 7, 9, 10, 11), "blues": (0, 3, 5, 6, 7, 10), "pentatonic": (0, 2, 4, 7, 9)}  # fmt: skip

# Drum voices: General MIDI keys, any of which may take the part, whatever the genre.
DRUMS = {"kick": (35, 36), "snare": (38, 40), "stick": (37, 75), "hat": (42, 44, 54), "open": (46, 49),
         "ride": (51, 59, 42), "bell": (56, 53), "low": (64, 61, 45), "high": (63, 60, 48)}  # fmt: skip

# General MIDI programs of each role: every genre may draw any of them.
PROGRAMS = {"drums": (0, 8, 16, 24, 25, 32, 40), "bass": (32, 33, 34, 35, 38, 39, 43, 58),
            "comp": (0, 4, 6, 11, 12, 16, 18, 21, 24, 25, 26, 27, 28, 29, 45, 46, 80, 81, 105),
            "pad": (16, 19, 21, 48, 49, 50, 61, 89, 90), "lead": (0, 11, 22, 25, 26, 29, 40, 56, 65, 68, 71, 73, 80, 81)}  # fmt: skip
CENTRES = {"bass": 40, "comp": 60, "pad": 60, "lead": 74}  # MIDI key about the middle of each role's octave
LEVELS_DB = {"drums": 0.0, "bass": -2.0, "comp": 0.0, "pad": -7.0, "lead": -3.0}
VELOCITIES = {"x": 85, "X": 110, "o": 60}


@dataclass(frozen=True)
class Groove:
    """Parts that go together: to each role its one-bar patterns, all of the same length."""

    bass: tuple[str, ...]
    comp: tuple[str, ...]
    pad: tuple[str, ...]
    lead: tuple[str, ...]
    drums: tuple[dict[str, str], ...] = ()
    steps: int = 4  # steps a beat
    strum_s: float = 0.0  # between the tones of a chord in `comp`


@dataclass(frozen=True)
class Genre:
    """Rules of a genre. tempo: beats a minute; swing: where the half of a beat falls, 1/2 straight, 2/3 triplets."""

    tempo: tuple[float, float]
    swing: tuple[float, float]
    scale: str
    chords: tuple[str, ...]  # progressions, a chord a bar
    grooves: tuple[Groove, ...]
    programs: dict[str, tuple[int, ...]]  # typical ones of PROGRAMS, by role
    loose_s: float = 0.008  # deviation of played from written onsets


GENRES = {
    "classical": Genre(
        (76, 144), (0.5, 0.5), "major",
        ("C G Am Em F C Dm G", "C Dm G7 C F C G7 C", "Am Dm G C F Bo E7 Am", "C F,G C Am D7 G C,G7"),
        (Groove(("0-------2-------", "0-------0-------"), ("0-2-1-2-0-2-1-2-", "0-2-3-2-0-2-1-2-"), ("X---------------", "x-------x-------"),
                ("m-------m---m---", "m-----m-m---m---", "m---m-m-mmmmm---", "m-m-m-m-m---m---")),
         Groove(("0---1---2---1---", "0---2---1---0---"), ("0123454321234543", "0232123202321232"), ("x---x---x---x---", "X-------x-------"),
                ("m---m---m---m---", "m---m-m-m-m-m---", "m-------m---m---")),
         Groove(("0-----------", "0-------2---"), ("0-2-1-2-1-2-", "....x---x---"), ("X-----------", "x---x---x---"),
                ("m---m-m-m---", "m-------m---", "m-m-m-m-m-m-"))),
        {"bass": (43, 32), "comp": (0, 6, 46), "pad": (48, 49), "lead": (40, 68, 73)}, 0.012),
    "jazz": Genre(
        (100, 184), (0.62, 0.68), "bebop",
        ("Dm7 G7 CM7 A7", "CM7,A7 Dm7,G7 Em7,A7 Dm7,G7", "Bh E7 Am7 Am7 Dm7 G7 CM7 CM7", "C6 C6 D9 D9 Dm7 G7 Em7,A7 Dm7,G7"),
        (Groove(("w---w---w---w---",), ("x-....x-........", "......x-......x-", "..x-......x-....", "x-........x-..o-"), ("x-------x-------", "......x---------"),
                ("m-m-m-m-m-m-m-m-", "..m-m-m-m-m-m...", "m-m-m-..m-m-m-m-", "m---..m-m-m-m-m-"),
                ({"ride": "X...x.o.X...x.o.", "hat": "....x.......x...", "snare": "..............o."},
                 {"ride": "X...x.o.X...x.o.", "hat": "....x.......x...", "kick": "o.........o....."})),),
        {"drums": (32, 40), "bass": (32,), "comp": (0, 26, 11), "pad": (61,), "lead": (56, 65)}),
    "blues": Genre(
        (84, 144), (0.63, 0.68), "blues",
        ("C7 C7 C7 C7 F7 F7 C7 C7 G7 F7 C7 G7", "C7 F7 C7 C7 F7 F7 C7 C7 G7 F7 C7 G7"),
        (Groove(("0-0-1-1-2-2-3-2-", "0-..0-0-2-..3-2-", "0-1-2-3-4-3-2-1-"), ("f-f-s-s-f-f-s-s-", "f-f-s-f-f-f-s-f-"), ("x---------------", "....x-......x-.."),
                ("m-m-m---....m-m-", "m-----m-m---m---", "..m-m-m-m-------", "m---....m-m-m-m-"),
                ({"hat": "x.o.x.o.x.o.x.o.", "snare": "....X.......X...", "kick": "X.....o.X.....o."},
                 {"ride": "x.o.x.o.x.o.x.o.", "snare": "....X.......X..o", "kick": "X.o.....X......."})),),
        {"drums": (0, 8), "bass": (33, 32), "comp": (0, 27, 25), "pad": (16,), "lead": (22, 26, 65)}),
    "rock": Genre(
        (100, 168), (0.5, 0.5), "pentatonic",
        ("C Bb F C", "Am F C G", "C G Am F", "C Eb F C", "Am G F G"),
        (Groove(("0-0-0-0-0-0-0-0-",), ("f-f-f-f-f-f-f-f-", "f---f-f-f-f-f-f-", "f-ffffffff-fffff"), ("x---------------", "x-------x-------"),
                ("m---m---m-------", "m-m-m-m-m---m---", "m-----m-----m---", "m-mmm-m-m-mmm-m-"),
                ({"hat": "x.x.x.x.x.x.x.x.", "snare": "....X.......X...", "kick": "X.......X.x....."},
                 {"ride": "X...X...X...X...", "snare": "....X.......X...", "kick": "X.....x.X.x....."},
                 {"open": "x...x...x...x...", "snare": "....X.......X..x", "kick": "X..x..x...x....."})),),
        {"drums": (16, 0), "bass": (34, 33), "comp": (29, 30), "pad": (16, 50), "lead": (29, 81)}),
    "reggae": Genre(
        (68, 100), (0.5, 0.6), "mixolydian",
        ("C F C G", "Am Dm Am G", "C Am F G", "Am Em Am Em", "C Bb C Bb"),
        (Groove(("0-..0-2-....2-0-", "....0-0-2-..1-..", "0-....0-1-2-....", "0---..2-0---...."), ("..X...X...X...X.", "..Xo..Xo..Xo..Xo"),
                ("..o.o.o...o.o.o.", ".oo..oo..oo..oo."), ("m-------........", "m-m-m---........", "....m-m-m-------", "m---m---....m-m-"),
                ({"hat": "x.o.x.o.x.o.x.o.", "stick": "........X.......", "kick": "........X......."},
                 {"hat": "x.x.x.x.x.x.x.x.", "stick": "........X.....o.", "kick": "x...x...X...x..."}), strum_s=0.004),),
        {"drums": (0, 8), "bass": (33, 39, 35), "comp": (28, 27, 16), "pad": (16,), "lead": (56, 22)}),
    "electronic": Genre(
        (112, 150), (0.5, 0.5), "minor",
        ("Am F C G", "Am Am F G", "Am Em F Dm", "Am9 Am9 FM7 FM7"),
        (Groove(("..0-..0-..0-..0-", ".000.000.000.000", "0-00-00-0-00-00-"), ("0123012301230123", "0320320320320320", "3210x.103210x.10", "0310421003104210"),
                ("x---------------", "..xx..xx..xx..xx"), ("m.m.m..m.m..m.m.", "mmm.mm.mmm.mm.m.", "m--m--m-m--m--m-"),
                ({"kick": "X...X...X...X...", "open": "..x...x...x...x.", "snare": "....x.......x...", "hat": "oooooooooooooooo"},
                 {"kick": "X...X...X...X...", "open": "..x...x...x...x.", "stick": "...x..x....x..x."})),),
        {"drums": (24, 25), "bass": (38, 39), "comp": (80, 81), "pad": (89, 50), "lead": (80, 81)}, 0.0),
    "folk": Genre(
        (84, 138), (0.5, 0.56), "pentatonic",
        ("C C F C", "C G F C", "C Am F G", "Am G Am Em", "C F C G C F G C"),
        (Groove(("0-------2-------",), ("0-x-2-x-0-x-2-x-", "0-xo2-xo0-xo2-xo"), ("x---------------",), ("m-m-m-m-m---m---", "m---m-m-m---m---", "m-m-mmm-m-m-m---"),
                ({"hat": "..x...x...x...x."}, {"hat": "o.x.o.x.o.x.o.x.", "low": "X.......X......."}), strum_s=0.016),
         Groove(("0-----------",), ("0---x-o-x-o-", "0---x---x-ox"), ("x-----------",), ("m---m-m-m---", "m-----m-m---", "m-m-m-m-m---"),
                ({"hat": "....x...x..."}, {"low": "X...........", "hat": "....x.o.x.o."}), strum_s=0.02),
         Groove(("0-----2-----",), ("X-ox-oX-ox-o", "0-xx-x2-xx-x"), ("x-----x-----",), ("mmmm-mmmmm--", "m-mm-mm-mm--", "mmmmmmm-mm-m"),
                ({"low": "X..x..X..x..", "hat": "x.ox.ox.ox.o"}, {"hat": "X.ox.oX.ox.o"}), steps=3, strum_s=0.01)),
        {"drums": (0, 40), "bass": (32, 43), "comp": (24, 25, 105), "pad": (21,), "lead": (40, 73, 22)}),
    "latin": Genre(
        (84, 120), (0.5, 0.5), "minor",
        ("Am Dm E7 Am", "Am E7 E7 Am", "Dm7 G7 CM7 CM7", "Am G F E7"),
        (Groove(("0.....2-....n---", "......2-....n---", "0--0--2-0--0--n-"), ("x.xx.x.xx.xx.x.x", "0.31.3.02.13.1.3", "x..0.xx.0x.0.xx."), ("x-----x-----x---", "......x---......"),
                ("m--m--m---m-m---", "..m-m--m--m-m---", "m--m--m-..m-m-m-"),
                ({"stick": "x..x..x...x.x...", "low": "......x.......xx", "high": "x.o.x.o.x.o.....", "bell": "x.x.x.x.x.x.x.x."},
                 {"stick": "..x.x...x..x..x.", "low": "......xx......xx", "high": "o.x.o.....x.o...", "hat": "xoxoxoxoxoxoxoxo"})),),
        {"drums": (0, 16), "bass": (35, 32), "comp": (0, 12), "pad": (61,), "lead": (56, 73)}),
}  # fmt: skip
