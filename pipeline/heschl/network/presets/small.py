"""The default of params.yaml: it trains on two CPU cores in minutes."""

from heschl.network.presets.layers import Preset, batch_norm, conv, dropout, linear, max_pool, mean_pool
from heschl.network.table import NetworkParams

LAYERS = (
    batch_norm("norm0"),
    conv("conv1", 24, (5, 9), (3, 1)),
    max_pool("pool1", (2, 4), (2, 3)),
    batch_norm("norm1"),
    conv("conv2", 48, (3, 5), (1, 1)),
    max_pool("pool2", (2, 2), (2, 2)),
    batch_norm("norm2"),
    conv("conv3", 64, (3, 3), (1, 1)),
    max_pool("pool3", (2, 2), (2, 2)),
    batch_norm("norm3"),
    conv("conv4", 96, (3, 3), (1, 1)),
    mean_pool("pool4", (2, 3), (2, 3), count_padding=False),
    batch_norm("norm4"),
    dropout("drop4", 0.3),
    linear("fc5", 128),
    dropout("drop5", 0.3),
)
SMALL = Preset(
    NetworkParams(branch_after="norm3", width=1.0, layers=LAYERS), {"word": 21, "genre": 9}, (57, 200)
)
