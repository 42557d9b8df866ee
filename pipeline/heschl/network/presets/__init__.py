"""Networks by name, one file each. To add one, write its file and name it in PRESETS."""

from heschl.network.presets.cochcnn9 import COCHCNN9
from heschl.network.presets.kell2018 import KELL2018
from heschl.network.presets.layers import Preset
from heschl.network.presets.small import SMALL

PRESETS: dict[str, Preset] = {"kell2018": KELL2018, "cochcnn9": COCHCNN9, "small": SMALL}

__all__ = ["PRESETS", "Preset"]
