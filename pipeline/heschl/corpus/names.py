"""Names in the listings of recordings: when two spellings mean the same person, artist, source or label."""

import re
import unicodedata

LONGEST = 200  # characters of a name
ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")  # at the beginning of a number
WHOLE = re.compile(r"([0-9]+)\.0+")  # a whole number that a spreadsheet wrote with decimals
RESERVED = "a leading '__' and '|' are reserved: use another name"  # null classes; a separator in tables


def nfc(text: str) -> str:
    """Return `text` in one Unicode form: é may be one code point or two."""
    return unicodedata.normalize("NFC", text)


def checked(name: str, text: str) -> str:
    """Return the text of a label or of a unit's name in one Unicode form.

    name   : of its column
    raises : ValueError if it cannot be a name
    """
    text = nfc(text)
    if not visible(text):
        raise ValueError(f"{name} is {text!a}: invisible characters alone" if text else f"{name} is empty")
    if control(text):
        raise ValueError(f"{name} is {text!r}; expected no control character, {control(text)}: remove it")
    if len(text) > LONGEST:
        raise ValueError(
            f"{name} has {len(text)} characters ({text[:20]!r}...); expected at most {LONGEST}: shorten it"
        )
    if text.startswith("__") or "|" in text:
        raise ValueError(f"{name} is {text!r}; {RESERVED}")
    return text


def control(text: str) -> str:
    """Return the first control character of a text as it is written in Unicode's tables; "" without one."""
    if text.isprintable():
        return ""
    controls = (each for each in text if unicodedata.category(each) in ("Cc", "Zl", "Zp"))
    return next((f"U+{ord(each):04X}" for each in controls), "")


def visible(text: str) -> str:
    """Return a text without invisible characters, and with single spaces.

    Invisible are format characters (zero-width spaces, direction marks, the byte order mark), variation
    selectors, and the fillers of Hangul and Khmer.
    """
    kept = (each for each in text if unicodedata.category(each) not in ("Cf", "Cc") and each not in FILLERS)
    return " ".join("".join(kept).split())


FILLERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0x180B, 0x180E), *range(0xE0100, 0xE01F0))))
)


def folded(text: str) -> str:
    """Return a text without differences of case, width, spaces and invisible characters: NFKC, casefolded."""
    folded = unicodedata.normalize("NFKC", visible(unicodedata.normalize("NFKC", text)).casefold())
    return " ".join(folded.split())


def identity(text: str) -> str:
    """Return what names of the same unit have in common: `folded`, and 007, 7 and 7.0 are one number."""
    name = folded(text)
    whole = WHOLE.fullmatch(name)
    return ZEROS.sub("", whole[1] if whole else name)
