"""Sentences for synthetic speech: carriers with places for a content word, and remarks for talkers.

A key in a pattern stands for any of its entries in LEXICON.
"""

import re

import numpy as np

SENTENCE_CLAUSES = 2  # on average
TARGET = "*"  # stands for the content word in a carrier


def entries(text: str) -> tuple[str, ...]:
    """Return the entries of a comma-separated list, on any number of lines."""
    return tuple(" ".join(entry.split()) for entry in text.split(","))


LEXICON = {
    "NAME": entries("""
        Anna, Peter, Mary, Henry, Susan, Robert, Alice, Thomas, Laura, Martin, Helen, George, Emma, David,
        Julia, Simon, Karen, Victor, Nora, Philip"""),
    "WHO": entries("""
        we, they, she, he, you, I, my sister, her brother, our cousin, bakers, his uncle, the nurse, a
        farmer, that driver, singers, your aunt, some guests, the boys, her friends, nobody, everyone,
        people"""),
    "DID": entries("""
        saw, found, liked, wanted, painted, noticed, mentioned, forgot, described, remembered, admired,
        watched, followed, loved, missed, moved, showed, chose, knew, hated, looked at, asked about,
        talked about, wrote about"""),
    "STOOD": entries("""
        was, stayed, appeared, stood, came back, looked strange, was found, was left, remained, ended up,
        fell"""),
    "DET": entries("the, my, this, that, your, her, our, his, their"),
    "ADJ": entries("""
        old, small, blue, famous, strange, good, new, lovely, wooden, clean, broken, big, bright, plain,
        grey, heavy, green, cheap, quiet, dark, second, local, simple, other, same, last, next,
        favourite"""),
    "NEAR": entries("""
        near, behind, beside, below, under, above, by, before, after, without, against, across from,
        instead of, next to, because of, close to"""),
    "NOUN": entries("""
        road, house, bridge, school, church, tree, gate, hill, field, wall, boat, train, shop, beach,
        wood, lake, door, clock, lamp, chair, table, garden, station, office, hotel, library, forest,
        museum, corner, building, valley, harbour, farm, barn, roof, bed, window, tower, theatre,
        hospital"""),
    "WHEN": entries("""
        last week, this morning, in the evening, on the way home, at noon, some time ago, before
        breakfast, after lunch, on Sunday, every day, all night, once again, in the end, for a while,
        years ago"""),
    "LINK": entries("and, but, while, because, when, so, until, and then, since, although, where"),
    "PLACE": entries("""
        the market, town, the cinema, work, the park, the garage, the airport, a concert, the swimming
        pool, the bank, my parents' flat, the post office, a bar, the dentist, the football ground,
        university"""),
    "THING": entries("""
        some bread, a pair of shoes, two tickets, fresh fish, a birthday cake, a warm coat, the newspaper,
        a bunch of flowers, three eggs, cheese and apples, a bicycle, a mobile phone, soup, an umbrella, a
        blanket"""),
    "HOW": entries("""
        quickly, with great care, by mistake, alone, for the first time, as usual, on purpose, slowly, at
        once"""),
    "THINK": entries("""
        I think, people say, it seems, she told me, he was afraid, they hoped, I am sure, it is true, we
        heard, nobody believed, I read, he insisted"""),
    "MOOD": entries("""
        tired, happy, late, hungry, surprised, ready, worried, angry, quite ill, bored, proud, lucky, shy"""),
    "SKY": entries("""
        it was raining, the sun came out, it got cold, the wind dropped, it snowed, a storm was coming, it
        was hot"""),
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


def carriers(rng: np.random.Generator, count: int) -> str:
    """Return sentences with `count` places for a word, `TARGET`; the first and last sentences have none."""
    first, last = (_fill(CARRIERS, rng).replace(TARGET, _pick(LEXICON["NOUN"], rng)) for _ in range(2))
    clauses = [_fill(CARRIERS, rng) for _ in range(count)]
    links = [
        f" {_pick(LEXICON['LINK'], rng)} " if rng.integers(SENTENCE_CLAUSES) else ". " for _ in clauses[1:]
    ]
    return f"{first}. " + "".join(map("".join, zip(clauses, [*links, ". "], strict=True))) + f"{last}."


def insert(text: str, words: list[str]) -> tuple[str, list[int]]:
    """Put `words` in the places of `text`; return the text and each word's position in it."""
    parts = text.split(TARGET)
    spoken, positions = parts[0], []
    for word, part in zip(words, parts[1:], strict=True):
        positions.append(len(spoken))
        spoken += word + part
    return spoken, positions


def remarks(rng: np.random.Generator, count: int) -> str:
    """Return a paragraph of `count` remarks."""
    return " ".join(_fill(REMARKS, rng) for _ in range(count))


def vocabulary() -> set[str]:
    """Return all words that may be spoken around a content word or by a talker."""
    words = {word for listed in LEXICON.values() for entry in listed for word in entry.lower().split()}
    return words | {word for pattern in REMARKS for word in re.findall("[a-z]+", pattern)}


def _fill(patterns: tuple[str, ...], rng: np.random.Generator) -> str:
    return re.sub("[A-Z]{2,}", lambda key: _pick(LEXICON[key[0]], rng), _pick(patterns, rng))


def _pick(entries: tuple[str, ...], rng: np.random.Generator) -> str:
    return entries[rng.integers(len(entries))]
