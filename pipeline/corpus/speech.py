"""Embedded speech: content words within running speech, and talkers for babble, spoken by eSpeak NG.

A voice is a variant x an accent x a speed, a pitch and a pitch range. The variant is the speaker: each has one
file, and none is both a word voice and a talker. What is said around a word is drawn before the word and without
it, so that with the word itself silenced nothing in a clip tells which it was.
"""

import re
from dataclasses import dataclass

import numpy as np

from pipeline.audio import resample, rms
from pipeline.corpus import espeak
from pipeline.params import section

LEVEL, CEILING = 0.05, 0.99  # rms of a file, and the largest magnitude in it
SENTENCE_CLAUSES = 2  # on average
PARAGRAPH_SENTENCES = 8  # that a talker says in one go
WORDS, TALKERS, TEXT, ORDER, NOISE = (
    1,
    2,
    1,
    2,
    3,
)  # streams of random numbers; never 0, which SeedSequence may not tell from none
TARGET = "*"  # stands for the content word in a carrier

# Voices ----------------------------------------------------------------------------------------------------------


def _entries(text: str) -> tuple[str, ...]:
    return tuple(" ".join(entry.split()) for entry in text.split(","))


ACCENTS = (
    "en",
    "en-029",
    "en-GB-scotland",
    "en-GB-x-gbclan",
    "en-GB-x-gbcwmd",
    "en-GB-x-rp",
    "en-US",
    "en-US-nyc",
)
# The variants of eSpeak NG without its robots, whispers and clicks. Of those that sound nearly alike (their log-mel
# spectra of the same words), one is a word voice and the rest are talkers: no test voice repeats a training voice.
WORD_VARIANTS = _entries("""
    Alex, Andrea, Andy, Annie, AnxiousAndy, Denis, Diogo, Gene, Jacky, Lee, Mario, Mike, Mr serious, Nguyen, Storm, Tweaky,
    anika, announcer, antonio, belinda, boris, david, ed, edward, f1, f2, f3, f4, f5, grandma, grandpa, gustave, ian, iven,
    iven4, john, kaukovalta, klatt6, m1, m2, m3, m4, m5, m7, m8, marcelo, max, miguel, mike2, norbert, pablo, paul, pedro,
    quincy, robert, sandro, shelby, steph, travis, victor""")
TALKER_VARIANTS = _entries("""
    Gene2, Henrique, Hugo, Michael, Reed, RicishayMax, adam, aunty, benjamin, croak, edward2, fast, iven2, iven3, klatt3,
    klatt4, klatt5, linda, m6, michel, rob, steph2, steph3, zac""")

# Texts: a key in a pattern stands for any of its entries ---------------------------------------------------------

LEXICON = {
    "NAME": _entries("""Anna, Peter, Mary, Henry, Susan, Robert, Alice, Thomas, Laura, Martin, Helen, George, Emma, David,
        Julia, Simon, Karen, Victor, Nora, Philip"""),
    "WHO": _entries("""we, they, she, he, you, I, my sister, her brother, our cousin, bakers, his uncle, the nurse, a farmer,
        that driver, singers, your aunt, some guests, the boys, her friends, nobody, everyone, people"""),
    "DID": _entries("""saw, found, liked, wanted, painted, noticed, mentioned, forgot, described, remembered, admired, watched,
        followed, loved, missed, moved, showed, chose, knew, hated, looked at, asked about, talked about, wrote about"""),
    "STOOD": _entries(
        "was, stayed, appeared, stood, came back, looked strange, was found, was left, remained, ended up, fell"
    ),
    "DET": _entries("the, my, this, that, your, her, our, his, their"),
    "ADJ": _entries("""old, small, blue, famous, strange, good, new, lovely, wooden, clean, broken, big, bright, plain, grey,
        heavy, green, cheap, quiet, dark, second, local, simple, other, same, last, next, favourite"""),
    "NEAR": _entries("""near, behind, beside, below, under, above, by, before, after, without, against, across from,
        instead of, next to, because of, close to"""),
    "NOUN": _entries("""road, house, bridge, school, church, tree, gate, hill, field, wall, boat, train, shop, beach, wood, lake,
        door, clock, lamp, chair, table, garden, station, office, hotel, library, forest, museum, corner,
        building, valley, harbour, farm, barn, roof, bed, window, tower, theatre, hospital"""),
    "WHEN": _entries("""last week, this morning, in the evening, on the way home, at noon, some time ago, before breakfast,
        after lunch, on Sunday, every day, all night, once again, in the end, for a while, years ago"""),
    "LINK": _entries("and, but, while, because, when, so, until, and then, since, although, where"),
    "PLACE": _entries("""the market, town, the cinema, work, the park, the garage, the airport, a concert, the swimming pool,
        the bank, my parents' flat, the post office, a bar, the dentist, the football ground, university"""),
    "THING": _entries("""some bread, a pair of shoes, two tickets, fresh fish, a birthday cake, a warm coat, the newspaper,
        a bunch of flowers, three eggs, cheese and apples, a bicycle, a mobile phone, soup, an umbrella, a blanket"""),
    "HOW": _entries(
        "quickly, with great care, by mistake, alone, for the first time, as usual, on purpose, slowly, at once"
    ),
    "THINK": _entries("""I think, people say, it seems, she told me, he was afraid, they hoped, I am sure, it is true,
        we heard, nobody believed, I read, he insisted"""),
    "MOOD": _entries(
        "tired, happy, late, hungry, surprised, ready, worried, angry, quite ill, bored, proud, lucky, shy"
    ),
    "SKY": _entries(
        "it was raining, the sun came out, it got cold, the wind dropped, it snowed, a storm was coming, it was hot"
    ),
}
CARRIERS = (
    "WHO DID DET ADJ * NEAR DET NOUN",
    "WHO DID DET * NEAR DET NOUN",
    "NAME DID DET * NEAR NAME",
    "NAME DID DET * WHEN",
    "DET ADJ * STOOD NEAR DET NOUN",
    "DET ADJ * STOOD NEAR NAME",
)
REMARKS = (
    "NAME went to PLACE to buy THING.",
    "WHEN SKY so we took a taxi to PLACE.",
    "THINK that NAME was MOOD WHEN.",
    "could you bring me THING when you come back from PLACE?",
    "if SKY, WHO would stay at home and read.",
    "NAME and NAME lost THING on the way to PLACE.",
    "why is NAME always so MOOD?",
    "WHO had to wait a long time because SKY.",
    "THINK that THING costs more at PLACE than it did WHEN.",
    "NAME cut the string HOW and opened the box.",
    "please call NAME before you leave for PLACE.",
    "WHO said that dinner would be late, but NAME was not MOOD.",
    "there was no room for THING in the car.",
    "do you know how far it is to PLACE from here?",
    "WHEN NAME learned to swim, and SKY.",
    "what WHO wanted most was THING.",
)

# Params and jobs -------------------------------------------------------------------------------------------------


@section
class SpeechParams:
    """Params section `corpus.synthetic.speech`."""

    words: tuple[
        str, ...
    ]  # labels; alike in syllables and stress, beginning with a consonant, so that prosody tells none
    word_voices: int
    tokens_per_word: int  # by each voice
    talker_voices: int
    talker_seconds: float
    rate_wpm: tuple[int, int]  # nominal range; eSpeak NG speaks about a quarter faster
    pitch: tuple[int, int]  # range, 0 to 99; 50 is the variant's own
    pitch_range: tuple[int, int]  # likewise


@dataclass(frozen=True)
class Voice:
    """One speaker; see `espeak.say` for the units."""

    variant: str
    accent: str
    rate_wpm: int
    pitch: int
    pitch_range: int

    def say(self, text: str, seed: int) -> tuple[np.ndarray, list[espeak.Word]]:
        """Speak running text."""
        return espeak.say(
            text, f"gmw/{self.accent}+{self.variant}", self.rate_wpm, self.pitch, self.pitch_range, 0, seed
        )


@dataclass(frozen=True)
class WordJob:
    """A file in which `voice` says each of `words` `tokens` times within sentences."""

    name: str
    voice: Voice
    words: tuple[str, ...]
    tokens: int
    entropy: tuple[int, ...]


@dataclass(frozen=True)
class TalkerJob:
    """A file in which `voice` talks for `seconds`."""

    name: str
    voice: Voice
    seconds: float
    entropy: tuple[int, ...]


def word_jobs(params: SpeechParams, seed: int) -> list[WordJob]:
    """Return one job for each word voice.

    raises : ValueError if a word is unfit as a label or is among the words said around it, or for too many voices
    """
    _check_words(params.words)
    voices = _voices(WORD_VARIANTS, params.word_voices, "word_voices", params, (seed, WORDS))
    return [
        WordJob(_stem("word", voice), voice, params.words, params.tokens_per_word, (seed, WORDS, index))
        for index, voice in enumerate(voices, start=1)
    ]


def talker_jobs(params: SpeechParams, seed: int) -> list[TalkerJob]:
    """Return one job for each talker. raises : ValueError for too many voices"""
    voices = _voices(TALKER_VARIANTS, params.talker_voices, "talker_voices", params, (seed, TALKERS))
    return [
        TalkerJob(_stem("talker", voice), voice, params.talker_seconds, (seed, TALKERS, index))
        for index, voice in enumerate(voices, start=1)
    ]


def _check_words(words: tuple[str, ...]) -> None:
    said = {word for entries in LEXICON.values() for entry in entries for word in entry.lower().split()}
    said |= {word for pattern in REMARKS for word in re.findall("[a-z]+", pattern)}
    for word in words:
        if not (word.isascii() and word.isalpha() and word.islower()) or words.count(word) > 1:
            raise ValueError(
                f"corpus.synthetic.speech.words: {word!r} is not a lower-case word of its own. Mend or remove it."
            )
        if word in said:
            raise ValueError(
                f"corpus.synthetic.speech.words: {word!r} is also said around the words. Choose another."
            )


def _voices(
    variants: tuple[str, ...], count: int, key: str, params: SpeechParams, entropy: tuple[int, ...]
) -> list[Voice]:
    if not 1 <= count <= len(variants):
        raise ValueError(
            f"corpus.synthetic.speech.{key} is {count}; there are 1 to {len(variants)} different voices."
        )
    rng = _generator(*entropy)
    names = rng.permutation(variants)[:count]
    accents = rng.permutation(np.resize(ACCENTS, count))
    rates, pitches, ranges = (
        rng.integers(*limits, size=count, endpoint=True)
        for limits in (params.rate_wpm, params.pitch, params.pitch_range)
    )
    return [
        Voice(str(name), str(accent), int(rate), int(pitch), int(spread))
        for name, accent, rate, pitch, spread in zip(names, accents, rates, pitches, ranges, strict=True)
    ]


def _stem(table: str, voice: Voice) -> str:
    return f"{table}-{voice.variant.lower().replace(' ', '-')}"


def _generator(*entropy: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(entropy))


# Rendering -------------------------------------------------------------------------------------------------------


def render(job: WordJob | TalkerJob, sample_rate: int) -> tuple[np.ndarray, list[dict]]:
    """Speak a job.

    returns : (samples,) float32 in [-1, 1]; rows word, speaker, start_s, end_s of the words table, one a token in
              order of time, or one row speaker, start_s, end_s of the talkers table
    """
    waveform, rows = _render_words(job) if isinstance(job, WordJob) else _render_talker(job)
    waveform = resample(waveform, espeak.RATE, sample_rate)
    gain = min(LEVEL / rms(waveform), CEILING / float(np.abs(waveform).max()))
    rows = [row | {"speaker": job.voice.variant, "start_s": start, "end_s": end} for row, start, end in rows]
    return (waveform * np.float32(gain)).astype(np.float32), rows


def carriers(entropy: tuple[int, ...], count: int) -> str:
    """Return sentences with `count` places for a word, `TARGET`; the first and the last sentence have none."""
    rng = _generator(*entropy)
    first, last = (_fill(CARRIERS, rng).replace(TARGET, _pick(LEXICON["NOUN"], rng)) for _ in range(2))
    clauses = [_fill(CARRIERS, rng) for _ in range(count)]
    links = [
        f" {_pick(LEXICON['LINK'], rng)} " if rng.integers(SENTENCE_CLAUSES) else ". " for _ in clauses[1:]
    ]
    return f"{first}. " + "".join(map("".join, zip(clauses, [*links, ". "], strict=True))) + f"{last}."


def insert(text: str, words: list[str]) -> tuple[str, list[int]]:
    """Put `words` in the places of `text`; return it and the position of each word's first character."""
    parts = text.split(TARGET)
    spoken, positions = parts[0], []
    for word, part in zip(words, parts[1:], strict=True):
        positions.append(len(spoken))
        spoken += word + part
    return spoken, positions


def _render_words(job: WordJob) -> tuple[np.ndarray, list[tuple[dict, float, float]]]:
    order = _generator(*job.entropy, ORDER).permutation(np.repeat(job.words, job.tokens)).tolist()
    text, positions = insert(carriers((*job.entropy, TEXT), len(order)), order)
    waveform, spoken = job.voice.say(text, _espeak_seed(*job.entropy, NOISE))
    bounds = {
        (word.position, word.length): (word.start / espeak.RATE, word.end / espeak.RATE) for word in spoken
    }
    for position, word in zip(positions, order, strict=True):
        if (position, len(word)) not in bounds:
            raise ValueError(
                f"corpus.synthetic.speech.words: eSpeak NG does not speak {word!r} as one word. Choose another."
            )
    return waveform, [
        ({"word": word}, *bounds[position, len(word)])
        for position, word in zip(positions, order, strict=True)
    ]


def _render_talker(job: TalkerJob) -> tuple[np.ndarray, list[tuple[dict, float, float]]]:
    rng, samples = _generator(*job.entropy, TEXT), round(job.seconds * espeak.RATE)
    speech, paragraph = np.zeros(0, np.float32), NOISE
    while speech.size < samples:
        text = " ".join(_fill(REMARKS, rng) for _ in range(PARAGRAPH_SENTENCES))
        speech = np.concatenate([speech, job.voice.say(text, _espeak_seed(*job.entropy, paragraph))[0]])
        paragraph += 1
    return speech[:samples], [({}, 0.0, samples / espeak.RATE)]


def _fill(patterns: tuple[str, ...], rng: np.random.Generator) -> str:
    return re.sub("[A-Z]{2,}", lambda key: _pick(LEXICON[key[0]], rng), _pick(patterns, rng))


def _pick(entries: tuple[str, ...], rng: np.random.Generator) -> str:
    return entries[rng.integers(len(entries))]


def _espeak_seed(*entropy: int) -> int:
    return int(_generator(*entropy).integers(1, 2**31))
