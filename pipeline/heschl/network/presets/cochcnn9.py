"""CochCNN9 of `cochdnn` (Feather et al. 2023): batch norm, one trunk, a readout for each task.

110,221,980 parameters with 794 words. Its convolutions have no bias.
Source: github.com/jenellefeather/cochdnn, robustness/audio_models/kell2018.py (and kell2018_multi_task.py).
"""

from heschl.network.presets.layers import Preset, batch_norm, conv, dropout, linear, max_pool, mean_pool
from heschl.network.table import NetworkParams

LAYERS = (
    batch_norm("norm0"),
    conv("conv1", 96, (7, 14), (3, 3), bias=False),
    max_pool("pool1", (2, 5), (2, 2)),
    batch_norm("norm1"),
    conv("conv2", 256, (4, 8), (2, 2), bias=False),
    max_pool("pool2", (2, 5), (2, 2)),
    batch_norm("norm2"),
    conv("conv3", 512, (2, 5), (1, 1), bias=False),
    conv("conv4", 1024, (2, 5), (1, 1), bias=False),
    conv("conv5", 512, (2, 5), (1, 1), bias=False),
    mean_pool("pool5", (2, 5), (2, 2), count_padding=True),
    linear("fc6", 4096),
    dropout("drop6", 0.5),
)
COCHCNN9 = Preset(NetworkParams(branch_after="drop6", width=1.0, layers=LAYERS), {"word": 794}, (211, 390))
