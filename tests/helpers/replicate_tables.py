"""SYNTHETIC results of several trainings, as the stage replicate writes them."""

import pandas as pd

from heschl.replicate import columns, output

NUMBERS = {"word_clean": ("word accuracy, clean", "share", 0.7), "word_r": ("correlation", "", 0.8)}
LAYERS = {"word": ("word read out", ["word.fc5", "word.readout"])}
CLAIMS = {  # name -> title, in how many of the trainings it holds
    "word_above_chance": ("the word in clean clips is named above chance", None),
    "same_order": ("backgrounds are ranked in a similar order", 1),
    "opposite_order": ("backgrounds are ranked in the opposite order", 0),
}


def tables(seeds):
    numbers = [
        ("behavior", name, title, unit, seed, value + place / 100)
        for place, seed in enumerate(seeds)
        for name, (title, unit, value) in NUMBERS.items()
    ]
    layers = [
        ("decode", name, title, seed, names[place % 2])
        for place, seed in enumerate(seeds)
        for name, (title, names) in LAYERS.items()
    ]
    claims = [
        ("behavior", name, title, seed, held is None or place < held)
        for place, seed in enumerate(seeds)
        for name, (title, held) in CLAIMS.items()
    ]
    rows = {"numbers": numbers, "layers": layers, "claims": claims}
    return {name: pd.DataFrame(rows[name], columns=list(columns.TABLES[name])) for name in rows}


def write(metrics, seeds):
    """Write them into a folder of metrics."""
    found = tables(seeds)
    output.write(metrics / "replicate", found, output.ranges(found))
