"""Networks by name, as plain values: sections `network` of params, and the classes and input that they were published with.

kell2018 : Kell et al. 2018 as released (kelletal2018): 59,078,712 parameters
cochcnn9 : the retrained form of `cochdnn` (Feather et al. 2023): batch norm, one trunk, a readout a task
small    : the default: trains on two CPU cores in minutes
"""

from typing import Any


def _conv(name: str, filters: int, kernel: list[int], stride: list[int]) -> dict[str, Any]:
    return {"kind": "conv", "name": name, "filters": filters, "kernel": kernel, "stride": stride}


def _pool(kind: str, name: str, kernel: list[int], stride: list[int], **more: bool) -> dict[str, Any]:
    return {"kind": kind, "name": name, "kernel": kernel, "stride": stride, **more}


def _batch_norm(name: str) -> dict[str, Any]:
    return {"kind": "batch_norm", "name": name}


def _response_norm(name: str) -> dict[str, Any]:  # TensorFlow's radius 2, bias 1, alpha 1e-3, beta 0.75
    return {"kind": "local_response_norm", "name": name, "size": 5, "alpha": 0.005, "beta": 0.75, "k": 1.0}


_KELL2018 = [
    _conv("conv1", 96, [9, 9], [3, 3]),
    _response_norm("norm1"),
    _pool("max_pool", "pool1", [3, 3], [2, 2]),
    _conv("conv2", 256, [5, 5], [2, 2]),
    _response_norm("norm2"),
    _pool("max_pool", "pool2", [3, 3], [2, 2]),
    _conv("conv3", 512, [3, 3], [1, 1]),
    _conv("conv4", 1024, [3, 3], [1, 1]),
    _conv("conv5", 512, [3, 3], [1, 1]),
    _pool("mean_pool", "pool5", [3, 3], [2, 2], count_padding=False),
    {"kind": "linear", "name": "fc6", "units": 1024},
]
_COCHCNN9 = [
    _batch_norm("norm0"),
    _conv("conv1", 96, [7, 14], [3, 3]),
    _pool("max_pool", "pool1", [2, 5], [2, 2]),
    _batch_norm("norm1"),
    _conv("conv2", 256, [4, 8], [2, 2]),
    _pool("max_pool", "pool2", [2, 5], [2, 2]),
    _batch_norm("norm2"),
    _conv("conv3", 512, [2, 5], [1, 1]),
    _conv("conv4", 1024, [2, 5], [1, 1]),
    _conv("conv5", 512, [2, 5], [1, 1]),
    _pool("mean_pool", "pool5", [2, 5], [2, 2], count_padding=True),
    {"kind": "linear", "name": "fc6", "units": 4096},
    {"kind": "dropout", "name": "drop6", "share": 0.5},
]
_SMALL = [
    _batch_norm("norm0"),
    _conv("conv1", 24, [5, 7], [3, 3]),
    _pool("max_pool", "pool1", [2, 2], [2, 2]),
    _batch_norm("norm1"),
    _conv("conv2", 48, [3, 5], [1, 1]),
    _pool("max_pool", "pool2", [2, 2], [2, 2]),
    _batch_norm("norm2"),
    _conv("conv3", 64, [3, 3], [1, 1]),
    _pool("max_pool", "pool3", [2, 2], [2, 2]),
    _batch_norm("norm3"),
    _conv("conv4", 96, [3, 3], [1, 1]),
    _pool("mean_pool", "pool4", [2, 3], [2, 3], count_padding=False),
    _batch_norm("norm4"),
    {"kind": "dropout", "name": "drop4", "share": 0.3},
    {"kind": "linear", "name": "fc5", "units": 128},
    {"kind": "dropout", "name": "drop5", "share": 0.3},
]
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "kell2018": {
        "network": {"branch_after": "conv3", "width": 1.0, "layers": _KELL2018},
        "classes": {"word": 589, "genre": 43},
        "shape": (256, 256),
    },
    "cochcnn9": {
        "network": {"branch_after": "drop6", "width": 1.0, "layers": _COCHCNN9},
        "classes": {"word": 794},
        "shape": (211, 390),
    },
    "small": {
        "network": {"branch_after": "norm3", "width": 1.0, "layers": _SMALL},
        "classes": {"word": 21, "genre": 9},
        "shape": (57, 200),
    },
}
