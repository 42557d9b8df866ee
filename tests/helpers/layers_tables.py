"""SYNTHETIC output of decode and encode, as the report reads it: curves with a peak, and noise."""

import numpy as np
import pandas as pd

from heschl import tables
from heschl.decode import columns as of_decode
from heschl.encode import columns as of_encode

TRUNK = ["cochleagram", "norm0"]
TRUNK += [f"{kind}{number}" for number in (1, 2, 3) for kind in ("conv", "pool", "norm")]
BRANCH = ["conv4", "pool4", "norm4", "fc5", "readout"]
NETWORK = [(name, "", depth) for depth, name in enumerate(TRUNK)]
NETWORK += [
    (f"{task}.{name}", task, len(TRUNK) + depth)
    for task in ("word", "genre")
    for depth, name in enumerate(BRANCH)
]
CHAIN = [
    (name, "", depth) for depth, name in enumerate(("cochleagram", "block1", "block2", "block3", "head"))
]
MODELS = {
    "network": NETWORK,
    "untrained": NETWORK,
    "permuted": NETWORK,
    "modulation": [("modulation", "", 0)],
    "another": CHAIN,  # a model without branches
}
LEARNED = {"network": 1.0, "untrained": 0.45, "permuted": 0.35, "modulation": 0.6, "another": 0.8}
READOUTS = {  # depth of the peak, branch, height, chance, measure
    "frequency": (0, "", 0.98, 0.0, "r2"),
    "modulation": (3, "", 0.7, 0.0, "r2"),
    "word": (14, "word", 0.62, 0.05, "accuracy"),
    "genre": (14, "genre", 0.8, 0.125, "accuracy"),
    "speaker": (5, "", 0.55, 0.1, "accuracy"),
}
ITEMS = {
    "frequency": [f"{150 * n}-{150 * (n + 1)} Hz" for n in range(8)],
    "modulation": [f"{rate} Hz, {scale} cycles/octave" for rate in (1, 4, 16) for scale in (0.5, 2)],
}
REGIONS = {  # the layer that drives it, depth of the peak
    "all": ("conv3", 8),
    "early": ("conv1", 2),
    "middle": ("conv3", 8),
    "word": ("word.fc5", 14),
    "genre": ("genre.fc5", 14),
    "noise": ("", None),
}
CATEGORIES = {"music": 14, "scene": 10, "speech": 16}
EXCLUDED = [
    ("voxel 7", "s1", "early", "not finite in 3 of 165 sounds"),
    ("voxel 9", "s2", "noise", "constant over all sounds"),
]
DECODE = {
    "source": "clips", "clips": 1000, "splits": 5, "test": 0.25, "confidence": 0.95, "dimensions": 2048,
    "best": {}, "skipped": {"category": "one class only"}, "left_out": {"word": ["yes", "no", "go", "zoo"]},
}  # fmt: skip
ENCODE = {
    "source": "simulated", "corrected": True, "sounds": 40, "repeats": 3, "splits": 10, "fit": 20,
    "responses": 398, "excluded": 2, "participants": 4, "interval": "participants", "confidence": 0.95,
    "best": {},
}  # fmt: skip


def near(depth, branch, peak, side, height):
    """Return a height that falls with the distance from the peak, and by half on another branch."""
    if peak is None:
        return 0.0
    return (
        height * np.exp(-(((depth - peak) / 6) ** 2)) * (0.5 if side and branch and branch != side else 1.0)
    )


def spread(value, rng, half=0.04):
    value = value + rng.normal(0, half / 3)
    return value, value - half, value + half


def readouts(names, models):
    rng, rows = np.random.default_rng(1), []
    for readout in names:
        peak, side, height, chance, measure = READOUTS[readout]
        for model in (model for model in models if model != "modulation"):
            for layer, branch, depth in MODELS[model]:
                learned = LEARNED[model] if depth else 1.0
                value = spread(chance + learned * near(depth, branch, peak, side, height - chance), rng)
                shuffled = spread(chance - 0.01, rng, 0.02) if model == "network" else (np.nan,) * 3
                place = (model, layer, branch, depth, readout, measure)
                rows.append((*place, *value, *shuffled, chance, "sound", 1000, 768, 5))
    return pd.DataFrame(rows, columns=list(of_decode.READOUTS))


def items(names):
    rng = np.random.default_rng(2)
    rows = [
        ("network", *layer, readout, item, rng.uniform())
        for layer in NETWORK
        for readout in names
        for item in ITEMS.get(readout, [])
    ]
    return pd.DataFrame(rows, columns=list(of_decode.ITEMS))


def curves(name, height, seed, regions, models, **extra):
    """Return a row for each model, layer and region; name : of the value."""
    rng, rows = np.random.default_rng(seed), []
    for region, (driver, peak) in regions.items():
        for model in models:
            for layer, branch, depth in MODELS[model]:
                place = peak if model == "modulation" else depth
                value = spread(
                    LEARNED[model] * near(place, branch, peak, driver.rpartition(".")[0], height), rng
                )
                rows.append((model, layer, branch, depth, region, *np.maximum(value, 0), 4, *extra.values()))
    return pd.DataFrame(
        rows, columns=["model", *of_encode.LAYER, "region", name, "low", "high", "participants", *extra]
    )


def best(regions):
    rows = []
    for region, (driver, peak) in regions.items():
        shares = [
            near(depth, branch, peak, branch if layer == driver else "none", 0.9) ** 6
            for layer, branch, depth in NETWORK
        ]
        rows += [
            (region, *layer, 0.95 * share / max(sum(shares), 1))
            for layer, share in zip(NETWORK, shares, strict=True)
        ]
    return pd.DataFrame(rows, columns=list(of_encode.BEST))


def summary(layers):
    rows = layers.loc[layers.groupby(["region", "model"], sort=False).r2.idxmax()]
    return rows[list(of_encode.SUMMARY)]


def paired(table):
    """Return the network's differences from the others: it is better where they are above 0.1."""
    r2 = table.set_index(["region", "model"]).r2
    rows = []
    for region, model in r2.index:
        if model != "network":
            network, other = r2[region, "network"], r2[region, model]
            told, p = ("better", 0.0004) if network - other > 0.1 else ("unclear", 0.25)
            ends = network - other, network - other - 0.08, network - other + 0.08
            rows.append((region, model, network, other, *ends, p / 3, 0.1, 0.05, 0.15, 0.01, p, told))
    return pd.DataFrame(rows, columns=list(of_encode.PAIRED))


def truth(regions):
    driven, noise = (0.7, 0.69, 0.9, 0.97, 0.92, 1.03), (0.0, 0.02, 0.4, 0.01, 0.0, 0.03)
    rows = [
        (region, layer, *(driven if layer else noise))
        for region, (layer, _) in regions.items()
        if region != "all"
    ]
    known = [column for column in of_encode.TRUTH if column != "interval"]
    return pd.DataFrame(rows, columns=known).assign(interval="participants")


def ceilings(regions):
    known = (0.69, 0.6, 0.75, 0.35, 0.5, 4), (0.02, -0.05, 0.1, np.nan, np.nan, 4)
    rows = [(region, *known[not layer]) for region, (layer, _) in regions.items()]
    return pd.DataFrame(rows, columns=list(of_encode.CEILINGS))


def matrices(similarity):
    rng = np.random.default_rng(5)
    numbers = list(CATEGORIES.values())
    mine = similarity[similarity.model == "network"]
    layers = mine.loc[mine.groupby("region", sort=False).rho.idxmax()].layer
    names = dict.fromkeys(
        [*(f"region:{region}" for region in mine.region), *(f"layer:{layer}" for layer in layers)]
    )
    centers = [rng.normal(0, 0.7, (len(numbers), 30)).repeat(numbers, 0) for _ in names]
    found = {
        name: np.corrcoef(center + rng.normal(0, 1, center.shape))
        for name, center in zip(names, centers, strict=True)
    }
    sounds = np.array([f"sound {place}" for place in range(sum(numbers))])
    arrays = {name: each.astype(np.float32) for name, each in found.items()}
    return {"sounds": sounds, "categories": np.repeat(list(CATEGORIES), numbers)} | arrays


def write(metrics, readout_names=tuple(READOUTS), region_names=tuple(REGIONS), models=tuple(MODELS)):
    """Write all that the report reads of decode and encode into a folder of metrics."""
    regions = {name: REGIONS[name] for name in region_names}
    layers = curves("r2", 0.98, 3, regions, models, interval="participants", responses=80)
    similarity = curves("rho", 0.4, 4, regions, models)
    found = {
        "decode/readouts": readouts(readout_names, models),
        "decode/items": items(readout_names),
        "encode/layers": layers[list(of_encode.LAYERS)],
        "encode/best": best(regions),
        "encode/summary": summary(layers),
        "encode/paired": paired(summary(layers)),
        "encode/similarity": similarity[list(of_encode.SIMILARITY)],
        "encode/ceilings": ceilings(regions),
        "encode/truth": truth(regions),
        "encode/excluded": pd.DataFrame(EXCLUDED, columns=list(of_encode.EXCLUDED)),
    }
    for name, table in found.items():
        tables.write_csv(metrics / f"{name}.csv", table)
    np.savez(metrics / "encode/matrices.npz", **matrices(similarity))
    tables.write_json(metrics / "decode.json", DECODE)
    tables.write_json(metrics / "encode.json", ENCODE)
