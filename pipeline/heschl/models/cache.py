"""The folder of a model of the Hugging Face hub: on disk, in the local cache, or downloaded into it."""

import re
from pathlib import Path
from typing import NamedTuple

from heschl.models.model import ModelError

CONFIG, EXTRACTOR = "config.json", "preprocessor_config.json"
SAFE, SHARDED, PICKLED = "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


class Found(NamedTuple):
    """The folder of a model, and the commit of its repository, "" for a folder of the user's."""

    folder: Path
    revision: str


def find(repository: str, weights: str | None, download: bool) -> Found:
    """Return the folder of a model's files.

    weights : a folder, or another repository; None: `repository`
    raises  : ModelError naming what is missing and the remedy
    """
    if weights and Path(weights).is_dir():
        found = Found(Path(weights), "")
    elif weights and not REPOSITORY.fullmatch(weights):
        raise ModelError(
            f"--weights is {weights!r}; expected a folder with {CONFIG}, {EXTRACTOR} and {SAFE}, or a "
            f"repository of the Hugging Face hub, such as {repository}."
        )
    else:
        found = _cached(weights or repository, download)
    missing = [name for name in (CONFIG, EXTRACTOR) if not (found.folder / name).is_file()]
    if missing or not weight_files(found.folder):
        lacking = [*missing, *([] if weight_files(found.folder) else [f"{SAFE} (or {PICKLED})"])]
        raise ModelError(
            f"{found.folder} lacks {', '.join(lacking)}. Copy all files of the model's repository there, or "
            "add --download."
        )
    return found


def weight_files(folder: Path) -> list[Path]:
    """Return the files of weights in a folder: safetensors if there are any, else PyTorch's."""
    return (
        sorted(folder.glob("model-*.safetensors"))
        if (folder / SHARDED).is_file()
        else [folder / name for name in (SAFE, PICKLED) if (folder / name).is_file()][:1]
    )


def _cached(repository: str, download: bool) -> Found:
    """Return the snapshot of a repository in the cache of the hub; download it first, if that is allowed."""
    from huggingface_hub import constants
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        folder = _snapshot(repository, [CONFIG, EXTRACTOR, SAFE, SHARDED, "model-*.safetensors"], download)
        if download and not weight_files(folder):
            folder = _snapshot(repository, [PICKLED], download)
    except LocalEntryNotFoundError:
        where = constants.HF_HUB_CACHE
        reached = ", and the hub cannot be reached" if download else ""
        remedy = "Try again later" if download else "Add --download to fetch it"
        raise ModelError(
            f"{repository} is not in the local cache, {where}{reached}. {remedy}, name a folder that has its "
            "files (--weights FOLDER), or compute with random weights (--random SEED)."
        ) from None
    except (HfHubHTTPError, OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise ModelError(
            f"{repository} cannot be downloaded: {reason} Check its name, or name a folder that has its "
            "files (--weights FOLDER)."
        ) from None
    return Found(folder, folder.name)


def _snapshot(repository: str, names: list[str], download: bool) -> Path:
    import huggingface_hub

    found = huggingface_hub.snapshot_download(repository, allow_patterns=names, local_files_only=not download)
    return Path(found)
