"""Tables that `replicate` writes, {name: type}, in the order of the files. Nothing heavy is imported."""

FILE = "replicate.json"
SEEDS = "seeds"  # key of FILE: the seeds, that of models/network first
ABOUT: dict[str, type] = {"stage": str, "name": str, "title": str}
SHARE = "share"  # unit of accuracies; the unit of other numbers is ""
NUMBERS = ABOUT | {"unit": str, "seed": int, "value": float}  # title: of the quantity, for readers
LAYERS = ABOUT | {"seed": int, "layer": str}  # the best layer for a readout or a region
CLAIMS = ABOUT | {"seed": int, "holds": bool}  # title: the claim
TABLES = {"numbers": NUMBERS, "layers": LAYERS, "claims": CLAIMS}
