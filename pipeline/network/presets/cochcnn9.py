"""CochCNN9, retrained by `cochdnn` (Feather et al. 2023): batch norm, one trunk, a readout for each task."""

from pipeline.network.presets.layers import Preset, batch_norm, conv, dropout, linear, max_pool, mean_pool
from pipeline.network.table import NetworkParams

LAYERS = (
    batch_norm("norm0"),
    conv("conv1", 96, (7, 14), (3, 3)),
    max_pool("pool1", (2, 5), (2, 2)),
    batch_norm("norm1"),
    conv("conv2", 256, (4, 8), (2, 2)),
    max_pool("pool2", (2, 5), (2, 2)),
    batch_norm("norm2"),
    conv("conv3", 512, (2, 5), (1, 1)),
    conv("conv4", 1024, (2, 5), (1, 1)),
    conv("conv5", 512, (2, 5), (1, 1)),
    mean_pool("pool5", (2, 5), (2, 2), count_padding=True),
    linear("fc6", 4096),
    dropout("drop6", 0.5),
)
COCHCNN9 = Preset(NetworkParams(branch_after="drop6", width=1.0, layers=LAYERS), {"word": 794}, (211, 390))
