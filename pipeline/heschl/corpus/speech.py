"""Synthetic speech: content words within running speech, and talkers for babble, spoken by eSpeak NG.

A voice is a variant, an accent, a speed, a pitch and a pitch range. The variant is the speaker: each has one
file, and none is both a word voice and a talker. The sentences around a word are drawn before the word and
independently of it, so if the word itself is silenced, nothing in the clip predicts it.
"""

from dataclasses import dataclass

import numpy as np

from heschl import espeak
from heschl.audio import resample, rms
from heschl.corpus.sentences import carriers, entries, insert, remarks, vocabulary
from heschl.params import section

LEVEL, CEILING = 0.05, 0.99  # rms of a file, and the largest magnitude in it
PARAGRAPH_REMARKS = 8  # that a talker says in one utterance
WORDS, TALKERS = 1, 2  # random streams; never 0, which SeedSequence may treat like nothing
TEXT, ORDER, NOISE = 1, 2, 3  # random streams within a job

ACCENTS = entries("en, en-029, en-GB-scotland, en-GB-x-gbclan, en-GB-x-gbcwmd, en-GB-x-rp, en-US, en-US-nyc")
# The variants of eSpeak NG except robots, whispers and clicks. Among variants that sound nearly alike (by the
# log-mel spectra of the same words), one is a word voice and the others are talkers, so that no test voice
# repeats a training voice.
WORD_VARIANTS = entries("""
    Alex, Andrea, Andy, Annie, AnxiousAndy, Denis, Diogo, Gene, Jacky, Lee, Mario, Mike, Mr serious,
    Nguyen, Storm, Tweaky, anika, announcer, antonio, belinda, boris, david, ed, edward, f1, f2, f3, f4,
    f5, grandma, grandpa, gustave, ian, iven, iven4, john, kaukovalta, klatt6, m1, m2, m3, m4, m5, m7,
    m8, marcelo, max, miguel, mike2, norbert, pablo, paul, pedro, quincy, robert, sandro, shelby, steph,
    travis, victor""")
TALKER_VARIANTS = entries("""
    Gene2, Henrique, Hugo, Michael, Reed, RicishayMax, adam, aunty, benjamin, croak, edward2, fast,
    iven2, iven3, klatt3, klatt4, klatt5, linda, m6, michel, rob, steph2, steph3, zac""")


@section
class SpeechParams:
    """Params section `corpus.synthetic.speech`."""

    words: tuple[str, ...]  # labels; alike in prosody: syllables, stress, an initial consonant
    word_voices: int
    tokens_per_word: int  # by each voice
    talker_voices: int
    talker_seconds: float
    rate_wpm: tuple[int, int]  # nominal range; eSpeak NG speaks about a quarter faster
    pitch: tuple[int, int]  # range, 0 to 99; 50 is the default of the variant
    pitch_range: tuple[int, int]  # range, 0 to 99; 50 is the default of the variant


@dataclass(frozen=True)
class Voice:
    """One speaker; `espeak.say` gives the units."""

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
    """A file in which `voice` says each of `words` `tokens` times, within sentences."""

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

    raises : ValueError if a word cannot be a label or is in `vocabulary`, or if there are too few voices
    """
    _check_words(params.words)
    voices = _voices(WORD_VARIANTS, params.word_voices, "word_voices", params, (seed, WORDS))
    return [
        WordJob(_stem("word", voice), voice, params.words, params.tokens_per_word, (seed, WORDS, index))
        for index, voice in enumerate(voices, start=1)
    ]


def talker_jobs(params: SpeechParams, seed: int) -> list[TalkerJob]:
    """Return one job for each talker.

    raises : ValueError for too many voices
    """
    voices = _voices(TALKER_VARIANTS, params.talker_voices, "talker_voices", params, (seed, TALKERS))
    return [
        TalkerJob(_stem("talker", voice), voice, params.talker_seconds, (seed, TALKERS, index))
        for index, voice in enumerate(voices, start=1)
    ]


def _check_words(words: tuple[str, ...]) -> None:
    around = vocabulary()
    for word in words:
        if not (word.isascii() and word.isalpha() and word.islower()) or words.count(word) > 1:
            raise ValueError(
                f"corpus.synthetic.speech.words: {word!r} is not a lower-case word, or is listed twice. "
                f"Correct or remove it."
            )
        if word in around:
            raise ValueError(
                f"corpus.synthetic.speech.words: {word!r} is also spoken around the words. Choose another."
            )


def _voices(
    variants: tuple[str, ...], count: int, key: str, params: SpeechParams, entropy: tuple[int, ...]
) -> list[Voice]:
    if not 1 <= count <= len(variants):
        raise ValueError(
            f"corpus.synthetic.speech.{key} is {count}; expected 1 to {len(variants)}, the number of voices."
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


def render(job: WordJob | TalkerJob, sample_rate: int) -> tuple[np.ndarray, list[dict]]:
    """Speak a job.

    returns : (samples,) float32 in [-1, 1]; rows of the words table (word, speaker, start_s, end_s), one for
              each token in order of time, or one row of the talkers table (speaker, start_s, end_s)
    """
    waveform, rows = _render_words(job) if isinstance(job, WordJob) else _render_talker(job)
    waveform = resample(waveform, espeak.RATE, sample_rate)
    gain = min(LEVEL / rms(waveform), CEILING / float(np.abs(waveform).max()))
    rows = [row | {"speaker": job.voice.variant, "start_s": start, "end_s": end} for row, start, end in rows]
    return (waveform * np.float32(gain)).astype(np.float32), rows


def _render_words(job: WordJob) -> tuple[np.ndarray, list[tuple[dict, float, float]]]:
    order = _generator(*job.entropy, ORDER).permutation(np.repeat(job.words, job.tokens)).tolist()
    text, positions = insert(carriers(_generator(*job.entropy, TEXT), len(order)), order)
    waveform, spoken = job.voice.say(text, _espeak_seed(*job.entropy, NOISE))
    bounds = {
        (word.position, word.length): (word.start / espeak.RATE, word.end / espeak.RATE) for word in spoken
    }
    for position, word in zip(positions, order, strict=True):
        if (position, len(word)) not in bounds:
            raise ValueError(
                f"corpus.synthetic.speech.words: eSpeak NG does not speak {word!r} as one word. "
                f"Choose another."
            )
    return waveform, [
        ({"word": word}, *bounds[position, len(word)])
        for position, word in zip(positions, order, strict=True)
    ]


def _render_talker(job: TalkerJob) -> tuple[np.ndarray, list[tuple[dict, float, float]]]:
    rng, samples = _generator(*job.entropy, TEXT), round(job.seconds * espeak.RATE)
    speech, paragraph = np.zeros(0, np.float32), NOISE
    while speech.size < samples:
        text = remarks(rng, PARAGRAPH_REMARKS)
        speech = np.concatenate([speech, job.voice.say(text, _espeak_seed(*job.entropy, paragraph))[0]])
        paragraph += 1
    return speech[:samples], [({}, 0.0, samples / espeak.RATE)]


def _espeak_seed(*entropy: int) -> int:
    return int(_generator(*entropy).integers(1, 2**31))
