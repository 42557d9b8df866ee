"""Kell et al. 2018 as released (github.com/mcdermottLab/kelletal2018): 59,078,712 parameters."""

from heschl.network.presets.layers import Preset, conv, linear, max_pool, mean_pool, response_norm
from heschl.network.table import NetworkParams

LAYERS = (
    conv("conv1", 96, (9, 9), (3, 3)),
    response_norm("norm1"),
    max_pool("pool1", (3, 3), (2, 2)),
    conv("conv2", 256, (5, 5), (2, 2)),
    response_norm("norm2"),
    max_pool("pool2", (3, 3), (2, 2)),
    conv("conv3", 512, (3, 3), (1, 1)),
    conv("conv4", 1024, (3, 3), (1, 1)),
    conv("conv5", 512, (3, 3), (1, 1)),
    mean_pool("pool5", (3, 3), (2, 2), count_padding=False),
    linear("fc6", 1024),
)
KELL2018 = Preset(
    NetworkParams(branch_after="conv3", width=1.0, layers=LAYERS), {"word": 589, "genre": 43}, (256, 256)
)
