"""Released networks. Each is a folder of this package, and its name is that of the folder.

    config.json           params, labels, and the sha256 of the weights
    weights.safetensors   plain tensors
    card.md               what it is, what it was trained on, what it can and cannot do
    params.yaml           all params of its training, as a preset

To add one, add a folder: `heschl release NAME`. Nothing is imported here but the standard library.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
CONFIG, WEIGHTS, CARD, PARAMS = "config.json", "weights.safetensors", "card.md", "params.yaml"
NEEDED = (CONFIG, WEIGHTS, CARD)
DEFAULT = "real-words"  # answers in `heschl recognize` if there are several


class PretrainedError(ValueError):
    """A name that is not that of a network that comes with Heschl; lists the names that are."""


def names(folder: Path | None = None) -> list[str]:
    """Return the names of the pretrained networks in a folder, by default those that come with Heschl."""
    folders = (path for path in (folder or FOLDER).iterdir() if path.is_dir())
    return sorted(path.name for path in folders if all((path / name).is_file() for name in NEEDED))


def find(name: str, folder: Path | None = None) -> Path:
    """Return the folder of a pretrained network; raises PretrainedError if there is none of that name."""
    if name not in names(folder):
        raise PretrainedError(f"There is no pretrained network {name!r}. {known(folder)}")
    return (folder or FOLDER) / name


def default(folder: Path | None = None) -> str | None:
    """Return the name of the only pretrained network, or of several DEFAULT; None if neither is there."""
    found = names(folder)
    return found[0] if len(found) == 1 else DEFAULT if DEFAULT in found else None


def known(folder: Path | None = None) -> str:
    """Return a sentence that lists the pretrained networks."""
    found = names(folder)
    return f"Pretrained networks: {', '.join(found)}." if found else "No pretrained network is installed."
