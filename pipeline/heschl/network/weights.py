"""The file of a network's weights: checked before memory is allocated, and read without running its pickle.

PyTorch's file is a zip archive: a pickle that says which tensor lies where, and a member for each storage.
"""

import hashlib
import pickletools
import zipfile
from pathlib import Path

import torch
from torch import Tensor

LARGEST_PICKLE = 2**24  # bytes; one of 100 layers has about 10,000
SHARED = 4  # most names of one tensor, on average: tied weights
NEEDED = {  # what the pickle of a dictionary of tensors names
    *("collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter"),
}


class WeightsError(ValueError):
    """A file that is not a dictionary of finite tensors; says what was found."""


def digest_of(path: Path) -> str:
    """Return the sha256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file by name, mapped into memory: none takes more than the file has.

    raises : WeightsError if the file is damaged, holds anything but tensors, or numbers that are not finite
    """
    try:
        _check_archive(path)
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except WeightsError:
        raise
    except (OSError, zipfile.BadZipFile):
        raise WeightsError(f"found {path.stat().st_size} bytes that are no whole file of PyTorch's") from None
    except Exception as error:  # of a damaged pickle, nearly any; some of PyTorch's advise to run it
        raise WeightsError(f"its table of tensors is damaged ({type(error).__name__})") from None
    if not isinstance(found, dict):
        raise WeightsError(f"found {type(found).__name__}, expected a dictionary of tensors")
    claimed = sum(_check(name, tensor) for name, tensor in found.items())
    if claimed > SHARED * path.stat().st_size:
        raise WeightsError(f"its tensors claim {claimed} bytes, of which the file has {path.stat().st_size}")
    return found


def _check_archive(path: Path) -> None:
    """Raise WeightsError if the archive is compressed, or if its pickle names more than tensors."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        packed = [member for member in members if member.compress_type != zipfile.ZIP_STORED]
        if packed or sum(member.file_size for member in members) > path.stat().st_size:
            raise WeightsError("its members are compressed, which PyTorch's never are")
        tables = [member for member in members if member.filename.endswith("/data.pkl")]
        if len(tables) != 1 or tables[0].file_size > LARGEST_PICKLE:
            raise WeightsError(f"found {len(tables)} tables of tensors, expected one of at most 16 MB")
        strange = _named(archive.read(tables[0])) - NEEDED
    if strange := sorted(name for name in strange if not _is_storage(name)):
        raise WeightsError(
            f"found {strange[0].replace(' ', '.')!r} in it, expected tensors only; nothing was run"
        )


def _named(data: bytes) -> set[str]:
    """Return what a pickle imports, "module name"; raises WeightsError where the pickle hides it."""
    names = set()
    for opcode, argument, _ in pickletools.genops(data):
        if opcode.name in ("STACK_GLOBAL", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1", "EXT2", "EXT4"):
            raise WeightsError(
                f"found the pickle's {opcode.name} in it, expected tensors only; nothing was run"
            )
        if opcode.name == "GLOBAL":
            names.add(argument)
    return names


def _is_storage(name: str) -> bool:
    module, _, kind = name.partition(" ")
    return module == "torch" and kind.endswith("Storage")


def _check(name: object, tensor: object) -> int:
    """Return the bytes of a tensor; raises WeightsError unless it is one, is in the file, and is finite."""
    if not isinstance(name, str) or not isinstance(tensor, Tensor):
        raise WeightsError(f"{name!r} is {type(tensor).__name__}, expected a tensor")
    stored, claimed = tensor.untyped_storage().nbytes(), tensor.numel() * tensor.element_size()
    if claimed > stored:
        raise WeightsError(f"{name!r} claims {claimed} bytes, of which the file has {stored}")
    checked(name, tensor)
    return claimed


def checked(name: str, tensor: Tensor) -> Tensor:
    """Return a tensor; raises WeightsError unless all of its numbers are finite."""
    if not torch.isfinite(tensor).all():
        wrong = int((~torch.isfinite(tensor)).sum())
        raise WeightsError(f"{name!r} has {wrong} of {tensor.numel()} numbers that are not finite")
    return tensor
