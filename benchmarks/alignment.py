"""How far word times that alignment finds are from known ones, and whether its confidence tells wrong words.

python -m benchmarks.alignment [--recordings FOLDER]

synthetic : sentences of eSpeak NG, whose words have exact times
real      : isolated words of FOLDER/words.csv, five of a speaker in a row with short pauses; their times are
            as good as the words are trimmed
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pocketsphinx
import soundfile
from sklearn.metrics import roc_auc_score

from heschl import espeak
from heschl.alignment.aligner import RATE, Model, align
from heschl.alignment.pronunciation import pronounced
from heschl.alignment.words import AlignmentError, Word
from heschl.audio import rms
from heschl.soundfiles.heard import heard

SENTENCES = (
    "Her brother painted the old wooden bridge behind our school last week.",
    "Nobody remembered which driver had found the heavy umbrella near the station.",
    "We followed seven small birds across the valley until it became dark.",
    "The farmer described a strange yellow light above his quiet garden.",
    "Susan forgot to mention the broken clock when they visited the museum.",
    "Because of the cold weather, some guests stayed inside after lunch.",
)
VOICES = ("gmw/en-US+m3", "gmw/en-US+f2", "gmw/en-US+m7", "gmw/en-US+f4")
TOGETHER, PAUSE_S, NOISE = 5, 0.2, 1e-4  # words in a row, longest pause between them, rms of the noise in it
LONGEST_S = 0.6  # of a word: in longer ones, silence was left
LEVEL = 0.05


class Speech(NamedTuple):
    """A recording, (samples,) at RATE, of words that are known."""

    samples: np.ndarray
    words: list[Word]


def synthetic() -> Iterator[Speech]:
    """Yield each sentence in each voice."""
    for voice in VOICES:
        for seed, sentence in enumerate(SENTENCES):
            samples, events = espeak.say(sentence, voice, 165, 50, 50, 0, seed)
            words = [
                Word(
                    sentence[event.position : event.position + event.length],
                    event.start / espeak.RATE,
                    event.end / espeak.RATE,
                )
                for event in events
            ]
            with tempfile.NamedTemporaryFile(suffix=".wav") as file:
                soundfile.write(file.name, samples, espeak.RATE)
                with heard(file.name, RATE) as sound:
                    yield Speech(sound.waveform(), words)


def real(folder: Path, count: int, seed: int = 1) -> Iterator[Speech]:
    """Yield sequences of isolated words, each by one speaker."""
    rng = np.random.default_rng(seed)
    table = pd.read_csv(folder / "words.csv", dtype={"speaker": str})
    table = table[table["end_s"] - table["start_s"] <= LONGEST_S]
    kinds = table.groupby("speaker")["word"].nunique()
    for speaker in rng.choice(kinds.index[kinds >= TOGETHER], count, replace=False):
        spoken = table[table["speaker"] == speaker].drop_duplicates("word")
        parts, words = [_noise(rng, 0.3)], []
        for row in spoken.iloc[rng.permutation(len(spoken))[:TOGETHER]].itertuples():
            with heard(folder / row.file, RATE) as sound:
                samples = sound.waveform()[round(row.start_s * RATE) : round(row.end_s * RATE)]
            start_s = sum(map(len, parts)) / RATE
            words.append(Word(row.word, start_s, start_s + len(samples) / RATE))
            parts += [samples * (LEVEL / rms(samples)), _noise(rng, rng.uniform(0, PAUSE_S))]
        yield Speech(np.concatenate([*parts, _noise(rng, 0.3)]), words)


def _noise(rng: np.random.Generator, seconds: float) -> np.ndarray:
    return NOISE * rng.standard_normal(round(seconds * RATE))


def measured(speeches: Iterable[Speech], seed: int = 1) -> pd.DataFrame:
    """Align each recording with its words, and with one of them replaced by a word of another recording.

    returns : a row per word: start_ms and end_ms, errors; confidence; wrong, whether it was replaced. A
              recording that does not align with the wrong word has no errors, and a confidence of 0
    """
    rng, rows = np.random.default_rng(seed), []
    given = list(speeches)
    vocabulary = sorted({word.word for speech in given for word in speech.words if " " not in word.word})
    for speech in given:
        spoken = [word.word for word in speech.words]
        place = int(rng.integers(len(spoken)))
        other = str(rng.choice([word for word in vocabulary if word not in spoken]))
        rows += _errors(speech, spoken, None)
        rows += _errors(speech, [*spoken[:place], other, *spoken[place + 1 :]], place)
    return pd.DataFrame(rows, columns=["word", "start_ms", "end_ms", "confidence", "wrong"])


def _errors(speech: Speech, spoken: list[str], wrong: int | None) -> list[tuple]:
    """Return rows of `measured`, of all words or of the wrong one; words spoken as one count as one."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        soundfile.write(file.name, speech.samples, RATE, subtype="FLOAT")
        try:
            found = iter(align(file.name, " ".join(spoken), Model()))
        except AlignmentError:
            if wrong is None:
                raise
            return [(spoken[wrong], np.nan, np.nan, 0.0, True)]
    rows = []
    for number, (text, known) in enumerate(zip(spoken, speech.words, strict=True)):
        parts = [next(found) for _ in text.split()]
        if wrong in (None, number):
            start_ms, end_ms = (
                1000 * (parts[0].start_s - known.start_s),
                1000 * (parts[-1].end_s - known.end_s),
            )
            rows.append((text, start_ms, end_ms, min(part.confidence for part in parts), wrong is not None))
    return rows


def main(recordings: Path | None) -> None:
    """Print errors, how well confidence tells right words from wrong ones, and the speed."""
    sets = {"synthetic": list(synthetic())}
    if recordings:
        sets["real"] = list(real(recordings, 40))
    print(f"phones of eSpeak NG that agree with the dictionary: {agreement(3000):.0%}")
    for name, speeches in sets.items():
        start_s = time.perf_counter()
        table = measured(speeches)
        spent_s = time.perf_counter() - start_s
        right = table[~table["wrong"]]
        print(f"{name}: {len(right)} words")
        for bound in ("start", "end"):
            errors = right[f"{bound}_ms"]
            middle, most = np.percentile(errors.abs(), (50, 90))
            sizes = f"its size {middle:.0f} ms, 90th percentile {most:.0f} ms"
            print(f"  {bound}: median error {errors.median():+.0f} ms; {sizes}")
        print(f"  confidence of right words, quartiles: {_quartiles(right)}")
        print(f"  confidence of wrong words, quartiles: {_quartiles(table[table['wrong']])}")
        print(f"  area under the ROC curve: {roc_auc_score(table['wrong'], -table['confidence']):.2f}")
        duration_s = 2 * sum(len(speech.samples) for speech in speeches) / RATE
        print(f"  time: {spent_s / duration_s:.3f} of the duration of the recordings, one core")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory of this process: at most {peak:.0f} MB")


def agreement(count: int, seed: int = 1) -> float:
    """Return the mean share of phones that eSpeak NG and the dictionary of pocketsphinx have in common."""
    path = Path(pocketsphinx.get_model_path(), "en-us", "cmudict-en-us.dict")
    pairs = [line.split(maxsplit=1) for line in path.read_text().splitlines()]
    known = [(word, phones.split()) for word, phones in pairs if word.isalpha()]
    chosen = np.random.default_rng(seed).choice(len(known), count, replace=False)
    return float(
        np.mean([SequenceMatcher(None, known[i][1], pronounced(known[i][0]).split()).ratio() for i in chosen])
    )


def _quartiles(table: pd.DataFrame) -> str:
    return " ".join(f"{value:.2f}" for value in table["confidence"].quantile([0.25, 0.5, 0.75]))


if __name__ == "__main__":
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("--recordings", type=Path, help="folder with words.csv, of isolated words")
    main(parser.parse_args().recordings)
