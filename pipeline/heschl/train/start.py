"""Train a new branch on layers that were trained before, which stay as they are."""

from dataclasses import dataclass
from pathlib import Path

from torch import nn

from heschl.network.branched import Network
from heschl.network.saved import load_network


@dataclass(frozen=True)
class Start:
    """The trained network that a training starts from.

    folder : of the network
    branch : task along whose layers the new ones are added: those of its branch come before the trunk's
    """

    folder: Path
    branch: str


class StartError(ValueError):
    """A network that a training cannot start from; the message says why."""


def take_trunk(network: Network, start: Start) -> nn.Module:
    """Give the trunk the weights of a trained network, and return it: it is not to be trained.

    raises : StartError if the trained network has not the same layers, NetworkError if it cannot be read
    """
    state = load_network(start.folder).network.state_dict()
    found = {}
    for name, own in network.trunk.state_dict().items():
        named = [f"branches.{start.branch}.{name}", f"trunk.{name}"]
        value = next((state[each] for each in named if each in state), None)
        if value is None or value.shape != own.shape:
            raise StartError(
                f"{start.folder} has no layer {name.split('.')[0]} like that of the network that is to be "
                "trained: train it with the same table of layers."
            )
        found[name] = value
    network.trunk.load_state_dict(found)
    return network.trunk.requires_grad_(False).eval()
