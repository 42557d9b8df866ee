"""Heschl: a two-branch network that names the word and the genre, rebuilt end to end.

The names in `PUBLIC` can be imported from here, and keep their meaning between versions. Each is loaded when
it is first used, so that `import heschl` takes no time.
"""

from importlib import import_module, metadata
from typing import Any

PUBLIC = {  # name: its module
    "Answer": "recognize.recognizer",
    "Cochleagram": "ear.cochleagram",
    "CochleagramParams": "ear.params",
    "Fitted": "statistics.ridge",
    "Heard": "soundfiles.heard",
    "Hearing": "network.hearing",
    "HearingParams": "network.hearing",
    "Network": "network.branched",
    "NetworkParams": "network.table",
    "Penalties": "statistics.ridge",
    "Recognizer": "recognize.recognizer",
    "Ridge": "statistics.ridge",
    "Shards": "shards.read",
    "Sound": "audio",
    "Timing": "ear.params",
    "column_correlation": "statistics.correlation",
    "dprime": "statistics.forced_choice",
    "heard": "soundfiles.heard",
    "kappa": "statistics.kappa",
    "load_cochdnn": "exchange.cochdnn",
    "load_network": "network.saved",
    "load_released": "exchange.released",
    "share_correct": "statistics.forced_choice",
    "spearman_brown": "statistics.correlation",
}
__all__ = sorted(PUBLIC)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return metadata.version("heschl")
    if name not in PUBLIC:
        raise AttributeError(f"module 'heschl' has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(f"heschl.{PUBLIC[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *PUBLIC})
