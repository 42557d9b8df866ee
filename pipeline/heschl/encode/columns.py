"""Columns of the tables that `encode` writes, {name: type}, in the order of the files.

Writers take the names from here and readers the types. Nothing heavy is imported.
"""

LAYER: dict[str, type] = {"layer": str, "branch": str, "depth": int}
INTERVAL: dict[str, type] = {"low": float, "high": float}
COUNTS: dict[str, type] = {"participants": int, "responses": int}

LAYERS = {"model": str} | LAYER | {"region": str, "r2": float} | INTERVAL | {"interval": str} | COUNTS
BEST = {"region": str} | LAYER | {"share": float}
SUMMARY = (
    {"model": str, "region": str, "r2": float}
    | INTERVAL
    | {"interval": str, "layer": str, "responses": int, "participants": int}
)
BETTER, WORSE, UNCLEAR = "better", "worse", "unclear"  # verdicts on the network
PAIRED = (
    {"region": str, "model": str}  # the model that the network is compared with
    | dict.fromkeys(("r2", "other_r2", "difference"), float)
    | INTERVAL
    | dict.fromkeys(("p", "error", "error_low", "error_high", "error_p", "p_holm"), float)
    | {"verdict": str}
)
SIMILARITY = {"model": str} | LAYER | {"region": str, "rho": float} | INTERVAL | {"participants": int}
RELIABILITIES = {"region": str} | dict.fromkeys(("reliability", "reliability_low", "reliability_high"), float)
CEILINGS = RELIABILITIES | {"lower": float, "upper": float, "participants": int}
EXCLUDED: dict[str, type] = dict.fromkeys(("response", "participant", "region", "reason"), str)
TRUTH = (
    {"region": str, "layer": str}
    | dict.fromkeys(("reliability", "estimated", "recovered", "r2"), float)
    | INTERVAL
    | {"interval": str}
)

COMPONENTS = {  # names in components.mat -> those of Norman-Haignere et al. 2015
    "lowfreq": "low frequencies",
    "highfreq": "high frequencies",
    "envsounds": "environmental sounds",
    "pitch": "pitch",
    "speech": "speech",
    "music": "music",
}
