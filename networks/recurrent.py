"""An example of a network class of your own: a recurrent trunk over time, a readout for each task.

params.yaml:  network: {module: networks.recurrent:Recurrent, options: {units: 64}}
"""

import math

from torch import Tensor, nn


class Recurrent(nn.Module):
    """Cochleagram (batch, frequency, time) -> {task: logits (batch, classes)}.

    Of two ears it is (batch, channel, frequency, time), and all channels are heard at once.

    classes : task -> number of classes
    shape   : (frequency, time) of the cochleagram, or (channel, frequency, time)
    units   : of the recurrent layer, which runs over time
    """

    def __init__(self, classes: dict[str, int], shape: tuple[int, ...], units: int):
        super().__init__()
        rows = math.prod(shape[:-1])
        self.norm = nn.BatchNorm1d(rows)
        self.trunk = nn.GRU(rows, units, batch_first=True)
        self.readout = nn.ModuleDict({task: nn.Linear(units, count) for task, count in classes.items()})

    def forward(self, cochleagram: Tensor) -> dict[str, Tensor]:
        """Return the logits of each task, from the mean over time of the trunk's output."""
        found, _ = self.trunk(self.norm(cochleagram.flatten(1, -2)).transpose(1, 2))  # (batch, time, units)
        return {task: readout(found.mean(1)) for task, readout in self.readout.items()}
