"""Medians over splits and responses, means over participants."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from heschl.encode.params import EncodeParams
from heschl.encode.regions import regions, summarize
from heschl.encode.responses import clean
from heschl.params import load

FILE = Path(__file__).parents[2] / "params.yaml"
PARAMS = replace(load("encode", EncodeParams, FILE), resamples=500, confidence=0.95, seed=0)
SOUNDS = tuple(f"sound-{n}" for n in range(165))


def test_summaries():
    scores = np.arange(24.0).reshape(2, 12)
    people = np.array(["p"] * 4 + ["q"] * 8)
    named = np.array(["A|B"] * 6 + ["B"] * 6)
    rng = np.random.default_rng(0)
    responses = clean(
        SOUNDS, rng.standard_normal((165, 12, 1)), [f"v{n}" for n in range(12)], people, named, "table"
    )
    found = {region.name: (region, summarize(scores, region, PARAMS)) for region in regions(responses)}
    assert list(found) == ["all", "A", "B"]
    medians = np.median(scores, axis=0)
    assert found["A"][1].value == np.mean([np.median(medians[:4]), np.median(medians[4:6])])
    assert found["B"][1].value == np.mean([np.median(medians[:4]), np.median(medians[4:])])
    assert (found["B"][1].low, found["B"][1].high) == (
        np.median(medians[:4]),
        np.median(medians[4:]),
    )  # of two people
    assert found["A"][0].people == 2
    assert found["A"][1].interval == "participants"
    one = replace(responses, participants=np.array(["p"] * 12))
    assert {summarize(scores, region, PARAMS).interval for region in regions(one)} == {"splits"}
