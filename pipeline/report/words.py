"""Numbers and names as a reader expects them."""

import math

NAMES = {
    "scene": "auditory scene",
    "babble2": "two talkers",
    "babble8": "eight talkers",
    "music": "music",
    "shaped": "shaped noise",
    "modulated": "modulated noise",
}


def name(background):
    """Return the reader's name of a kind of background; an unknown kind is its own name."""
    return NAMES.get(background, str(background))


def kinds_of(table):
    """Return the kinds of background in a table, the known ones first and in their order."""
    found = sorted(set(table.background) - {"clean"})
    return [kind for kind in NAMES if kind in found] + [kind for kind in found if kind not in NAMES]


def absent(value):
    """Tell whether a number is none: None, NaN or infinite."""
    return value is None or not math.isfinite(value)


def signed(number):
    """Write a number with its sign, a true minus, and none for zero."""
    return f"{number:+g}".replace("-", "\u2212") if number else "0"


def percent(share, digits=1):
    """Write a share of 1 in %, to one decimal or none; a dash if there is no share."""
    if absent(share):
        return "\u2013"
    number = f"{100 * share:.{digits}f}"
    return f"{number.removesuffix('.0')}\u202f%"


def decibel(level):
    """Write an SNR in dB with its sign, "clean" if there is none."""
    return "clean" if absent(level) else f"{signed(level)}\u202fdB"


def level(value):
    """Write a threshold in dB, to one decimal and with its sign; a dash if there is none."""
    return "\u2013" if absent(value) else f"{signed(round(value, 1))}\u202fdB"


def decimal(value, digits=2):
    """Write a number of -1 to 1 to two decimals, with a true minus; a dash if there is none."""
    return (
        "\u2013" if absent(value) else f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "\u2212")
    )  # + 0: no minus before zero


def span(low, high, write):
    """Write an interval as `write` writes its ends; nothing if there is none."""
    return "" if absent(low) or absent(high) else f"{write(low)} to {write(high)}"


def count(number):
    """Write a whole number with a thin space every three digits."""
    return f"{number:,}".replace(",", "\u202f")


def joined(parts):
    """Write a list as "a, b and c"."""
    parts = list(parts)
    return " and ".join([*([", ".join(parts[:-1])] if len(parts) > 1 else []), *parts[-1:]])
