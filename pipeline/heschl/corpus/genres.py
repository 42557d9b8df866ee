"""The rules of eight genres: one-bar patterns, chords, tempi and instruments, from which `score` composes.

A pattern is a bar with one character for each step, `Groove.steps` of them in a beat:

    .        rest                            -     the previous note is held
    x X o    the chord, or a drum: plain, accented, soft
    0 .. 9   one tone of the chord: root, third, fifth, its further tones, then the same an octave higher
    f s      root with fifth, with sixth     a n   a semitone below the next bar's root, and that root
    w        a tone of a walking bass        m     a tone of the melody

Chords are written in C; commas separate the chords of one bar. Every song is transposed at random.
"""

from dataclasses import dataclass

QUALITIES = {"": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10), "M7": (0, 4, 7, 11), "m7": (0, 3, 7, 10),
             "6": (0, 4, 7, 9),
             "9": (0, 4, 10, 14), "m9": (0, 3, 10, 14), "h": (0, 3, 6, 10), "o": (0, 3, 6)}  # fmt: skip
ROOTS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (9, 11, 0, 2, 4, 5, 8),
          "mixolydian": (0, 2, 4, 5, 7, 9, 10),
          "bebop": (0, 2, 3, 4, 5, 7, 9, 10, 11), "blues": (0, 3, 5, 6, 7, 10),
          "pentatonic": (0, 2, 4, 7, 9)}  # fmt: skip

# Available to every genre: General MIDI programs of each role (kits for drums), and keys of each drum voice.
PROGRAMS = {"drums": (0, 8, 16, 24, 25, 32, 40), "bass": (32, 33, 34, 35, 38, 39, 43, 58),
            "comp": (0, 4, 6, 11, 12, 16, 18, 21, 24, 25, 26, 27, 28, 29, 30, 45, 46, 80, 81, 105),
            "pad": (16, 19, 21, 48, 49, 50, 61, 89, 90),
            "lead": (0, 11, 22, 25, 26, 29, 40, 56, 66, 68, 71, 73, 80, 81)}  # fmt: skip
DRUMS = {"kick": (35, 36), "snare": (38, 40), "stick": (37, 75), "hat": (42, 44, 54), "open": (46, 49),
         "ride": (51, 59, 42),
         "bell": (56, 53), "low": (64, 61, 45), "high": (63, 60, 48)}  # fmt: skip
KEYS = {"bass": 40, "comp": 58, "pad": 60, "lead": 72}  # highest start of a role's lowest octave, MIDI key
LEVELS_DB = {"drums": 0.0, "bass": -2.0, "comp": 0.0, "pad": -7.0, "lead": -3.0}
VELOCITIES = {"x": 85, "X": 110, "o": 60}
VELOCITY = 80  # of all other symbols


@dataclass(frozen=True)
class Groove:
    """Parts played together: patterns of each role, all of one length; one entry of `drums` at a time."""

    bass: tuple[str, ...]
    comp: tuple[str, ...]  # accompaniment
    pad: tuple[str, ...]  # background
    lead: tuple[str, ...]  # melody; each bar takes one pattern
    drums: tuple[dict[str, str], ...] = ()
    steps: int = 4  # in a beat
    strum_s: float = 0.0  # delay between the tones of a chord in `comp`


@dataclass(frozen=True)
class Genre:
    """The rules of a genre; `programs` are the typical ones of each role."""

    tempo: tuple[float, float]  # range, beats per minute
    swing: tuple[float, float]  # range of the place of the off-beat: 1/2 is straight, 2/3 triplets
    loose_s: float  # standard deviation of played from written onsets, s
    scale: str
    chords: tuple[str, ...]  # progressions
    programs: dict[str, tuple[int, ...]]
    grooves: tuple[Groove, ...]


GENRES = {
    "classical": Genre(
        tempo=(76, 144), swing=(0.5, 0.5), loose_s=0.012, scale="major",
        chords=("C G Am Em F C Dm G", "C Dm G7 C F C G7 C", "Am Dm G C F Bo E7 Am", "C F,G C Am D7 G C,G7"),
        programs={"bass": (32, 43), "comp": (0, 6, 46), "pad": (48, 49), "lead": (40, 68, 73)},
        grooves=(
            Groove(bass=("0-------2-------", "0-------0-------"),
                   comp=("0-2-1-2-0-2-1-2-", "0-2-3-2-0-2-1-2-"),
                   pad=("X---------------", "x-------x-------"),
                   lead=("m-------m---m---", "m-----m-m---m---", "m---m-m-mmmmm---", "m-m-m-m-m---m---")),
            Groove(bass=("0---1---2---1---", "0---2---1---0---"),
                   comp=("0123454321234543", "0232123202321232"),
                   pad=("x---x---x---x---", "X-------x-------"),
                   lead=("m---m---m---m---", "m---m-m-m-m-m---", "m-------m---m---")),
            Groove(bass=("0-----------", "0-------2---"),
                   comp=("0-2-1-2-1-2-", "....x---x---"),
                   pad=("X-----------", "x---x---x---"),
                   lead=("m---m-m-m---", "m-------m---", "m-m-m-m-m-m-")),
        ),
    ),
    "jazz": Genre(
        tempo=(100, 184), swing=(0.62, 0.68), loose_s=0.008, scale="bebop",
        chords=("Dm7 G7 CM7 A7", "CM7,A7 Dm7,G7 Em7,A7 Dm7,G7", "Bh E7 Am7 Am7 Dm7 G7 CM7 CM7",
                "C6 C6 D9 D9 Dm7 G7 Em7,A7 Dm7,G7"),
        programs={"drums": (32, 40), "bass": (32,), "comp": (0, 11, 26), "pad": (61,), "lead": (56, 66)},
        grooves=(
            Groove(bass=("w---w---w---w---",),
                   comp=("x-....x-........", "......x-......x-", "..x-......x-....", "x-........x-..o-"),
                   pad=("x-------x-------", "......x---------"),
                   lead=("m-m-m-m-m-m-m-m-", "..m-m-m-m-m-m...", "m-m-m-..m-m-m-m-", "m---..m-m-m-m-m-"),
                   drums=({"ride": "X...x.o.X...x.o.", "hat": "....x.......x...",
                           "snare": "..............o."},
                          {"ride": "X...x.o.X...x.o.", "hat": "....x.......x...",
                           "kick": "o.........o....."})),
        ),
    ),
    "blues": Genre(
        tempo=(84, 144), swing=(0.63, 0.68), loose_s=0.008, scale="blues",
        chords=("C7 C7 C7 C7 F7 F7 C7 C7 G7 F7 C7 G7", "C7 F7 C7 C7 F7 F7 C7 C7 G7 F7 C7 G7"),
        programs={"drums": (0, 8), "bass": (32, 33, 34), "comp": (0, 25, 26, 27), "pad": (16,),
                  "lead": (22, 29, 66)},
        grooves=(
            Groove(bass=("0-0-1-1-2-2-3-2-", "0-..0-0-2-..3-2-", "0-1-2-3-4-3-2-1-"),
                   comp=("f-f-s-s-f-f-s-s-", "f-f-s-f-f-f-s-f-"),
                   pad=("x---------------", "....x-......x-.."),
                   lead=("m-m-m---....m-m-", "m-----m-m---m---", "..m-m-m-m-------", "m---....m-m-m-m-"),
                   drums=({"hat": "x.o.x.o.x.o.x.o.", "snare": "....X.......X...",
                           "kick": "X.....o.X.....o."},
                          {"ride": "x.o.x.o.x.o.x.o.", "snare": "....X.......X..o",
                           "kick": "X.o.....X......."})),
        ),
    ),
    "rock": Genre(
        tempo=(100, 168), swing=(0.5, 0.5), loose_s=0.008, scale="pentatonic",
        chords=("C Bb F C", "Am F C G", "C G Am F", "C Eb F C", "Am G F G"),
        programs={"drums": (0, 16), "bass": (33, 34), "comp": (28, 29, 30), "pad": (16, 50),
                  "lead": (29, 81)},
        grooves=(
            Groove(bass=("0-0-0-0-0-0-0-0-",),
                   comp=("f-f-f-f-f-f-f-f-", "f---f-f-f-f-f-f-", "f-ffffffff-fffff"),
                   pad=("x---------------", "x-------x-------"),
                   lead=("m---m---m-------", "m-m-m-m-m---m---", "m-----m-----m---", "m-mmm-m-m-mmm-m-"),
                   drums=({"hat": "x.x.x.x.x.x.x.x.", "snare": "....X.......X...",
                           "kick": "X.......X.x....."},
                          {"ride": "X...X...X...X...", "snare": "....X.......X...",
                           "kick": "X.....x.X.x....."},
                          {"open": "x...x...x...x...", "snare": "....X.......X..x",
                           "kick": "X..x..x...x....."})),
        ),
    ),
    "reggae": Genre(
        tempo=(68, 100), swing=(0.5, 0.6), loose_s=0.008, scale="mixolydian",
        chords=("C F C G", "Am Dm Am G", "C Am F G", "Am Em Am Em", "C Bb C Bb"),
        programs={"drums": (8, 25), "bass": (33, 35, 39), "comp": (16, 27, 28), "pad": (16, 89),
                  "lead": (22, 56)},
        grooves=(
            Groove(bass=("0-..0-2-....2-0-", "....0-0-2-..1-..", "0-....0-1-2-....", "0---..2-0---...."),
                   comp=("..X...X...X...X.", "..Xo..Xo..Xo..Xo"),
                   pad=("..o.o.o...o.o.o.", ".oo..oo..oo..oo."),
                   lead=("m-------........", "m-m-m---........", "....m-m-m-------", "m---m---....m-m-"),
                   drums=({"hat": "x.o.x.o.x.o.x.o.", "stick": "........X.......",
                           "kick": "........X......."},
                          {"hat": "x.x.x.x.x.x.x.x.", "stick": "........X.....o.",
                           "kick": "x...x...X...x..."}), strum_s=0.004),
        ),
    ),
    "electronic": Genre(
        tempo=(112, 150), swing=(0.5, 0.5), loose_s=0.0, scale="minor",
        chords=("Am F C G", "Am Am F G", "Am Em F Dm", "Am9 Am9 FM7 FM7"),
        programs={"drums": (24, 25), "bass": (38, 39), "comp": (12, 30, 80, 81), "pad": (49, 50, 89),
                  "lead": (80, 81)},
        grooves=(
            Groove(bass=("..0-..0-..0-..0-", ".000.000.000.000", "0-00-00-0-00-00-"),
                   comp=("0123012301230123", "0320320320320320", "3210x.103210x.10", "0310421003104210"),
                   pad=("x---------------", "..xx..xx..xx..xx"),
                   lead=("m.m.m..m.m..m.m.", "mmm.mm.mmm.mm.m.", "m--m--m-m--m--m-"),
                   drums=({"kick": "X...X...X...X...", "open": "..x...x...x...x.",
                           "snare": "....x.......x...", "hat": "oooooooooooooooo"},
                          {"kick": "X...X...X...X...", "open": "..x...x...x...x.",
                           "stick": "...x..x....x..x."})),
        ),
    ),
    "folk": Genre(
        tempo=(84, 138), swing=(0.5, 0.56), loose_s=0.008, scale="pentatonic",
        chords=("C C F C", "C G F C", "C Am F G", "Am G Am Em", "C F C G C F G C"),
        programs={"drums": (32, 40), "bass": (32, 43), "comp": (6, 24, 25, 46), "pad": (21, 48),
                  "lead": (22, 40, 68, 73)},
        grooves=(
            Groove(bass=("0-------2-------",),
                   comp=("0-x-2-x-0-x-2-x-", "0-xo2-xo0-xo2-xo"),
                   pad=("x---------------",),
                   lead=("m-m-m-m-m---m---", "m---m-m-m---m---", "m-m-mmm-m-m-m---"),
                   drums=({"hat": "..x...x...x...x."},
                          {"hat": "o.x.o.x.o.x.o.x.", "low": "X.......X......."}), strum_s=0.016),
            Groove(bass=("0-----------",),
                   comp=("0---x-o-x-o-", "0---x---x-ox"),
                   pad=("x-----------",),
                   lead=("m---m-m-m---", "m-----m-m---", "m-m-m-m-m---"),
                   drums=({"hat": "....x...x..."},
                          {"low": "X...........", "hat": "....x.o.x.o."}), strum_s=0.02),
            Groove(bass=("0-----2-----",),
                   comp=("X-ox-oX-ox-o", "0-xx-x2-xx-x"),
                   pad=("x-----x-----",),
                   lead=("mmmm-mmmmm--", "m-mm-mm-mm--", "mmmmmmm-mm-m"),
                   drums=({"low": "X..x..X..x..", "hat": "x.ox.ox.ox.o"},
                          {"hat": "X.ox.oX.ox.o"}), steps=3, strum_s=0.01),
        ),
    ),
    "latin": Genre(
        tempo=(84, 120), swing=(0.5, 0.5), loose_s=0.008, scale="minor",
        chords=("Am Dm E7 Am", "Am E7 E7 Am", "Dm7 G7 CM7 CM7", "Am G F E7"),
        programs={"drums": (16, 24), "bass": (32, 35, 38), "comp": (0, 11, 12, 24), "pad": (21, 61),
                  "lead": (56, 73, 80)},
        grooves=(
            Groove(bass=("0.....2-....n---", "......2-....n---", "0--0--2-0--0--n-"),
                   comp=("x.xx.x.xx.xx.x.x", "0.31.3.02.13.1.3", "x..0.xx.0x.0.xx."),
                   pad=("x-----x-----x---", "......x---......"),
                   lead=("m--m--m---m-m---", "..m-m--m--m-m---", "m--m--m-..m-m-m-"),
                   drums=({"stick": "x..x..x...x.x...", "low": "......x.......xx", "high": "x.o.x.o.x.o.....",
                           "bell": "x.x.x.x.x.x.x.x."},
                          {"stick": "..x.x...x..x..x.", "low": "......xx......xx", "high": "o.x.o.....x.o...",
                           "hat": "xoxoxoxoxoxoxoxo"})),
        ),
    ),
}  # fmt: skip
