"""The processes of one training: how they find each other, and how they end if one of them is lost."""

import contextlib
import os
from collections.abc import Iterator
from datetime import timedelta

import psutil
import pytorch_lightning as pl
from pytorch_lightning.plugins.environments import (
    ClusterEnvironment,
    LightningEnvironment,
    SLURMEnvironment,
    TorchElasticEnvironment,
)
from pytorch_lightning.strategies import DDPStrategy
from torch.distributed import DistError, TCPStore

from heschl.machine import MachineParams
from heschl.train.learner import TrainingError

LOOPBACK = "127.0.0.1"
WAIT = timedelta(minutes=15)  # the longest that a process waits for another: PyTorch's own is 30 minutes
SIGNS = ("gloo", "nccl", "timed out", "connection closed", "connection reset")  # in errors of a lost process


class LocalEnvironment(LightningEnvironment):
    """Processes that Lightning starts on this machine; they talk through its loopback interface alone.

    Lightning looks for a free port, and the first process listens on it only when it has started the others:
    until then another program can take it. Here the first process listens from the start.
    """

    def __init__(self) -> None:
        super().__init__()
        self._store: TCPStore | None = None

    @property
    def main_address(self) -> str:
        """Return the address of this machine to itself, whatever its name or MASTER_ADDR resolves to."""
        return LOOPBACK

    @property
    def main_port(self) -> int:
        """Return the port of the first process, which has been listening on it since the first call."""
        if self.creates_processes_externally:
            return super().main_port
        if self._store is None:
            if name := loopback():
                os.environ["GLOO_SOCKET_IFNAME"] = name
            # init_process_group opens the same store once more: multi_tenant lets it share this one
            self._store = TCPStore(LOOPBACK, 0, None, True, WAIT, wait_for_workers=False, multi_tenant=True)
        return self._store.port


def loopback() -> str | None:
    """Return the name of the loopback interface, such as "lo"."""
    found = psutil.net_if_addrs().items()
    return next((name for name, each in found if any(one.address == LOOPBACK for one in each)), None)


def environment(machine: MachineParams) -> list[ClusterEnvironment]:
    """Return what gives a process its rank; empty: Lightning's own choice.

    The variables of a SLURM job are also set in its shell, where a process is alone, and in the processes of
    torchrun.
    """
    if TorchElasticEnvironment.detect():
        return []
    if "SLURM_JOB_ID" in os.environ and machine.launch:
        return [SLURMEnvironment(auto_requeue=False)]  # signals are handled by Checkpoints
    if machine.num_nodes == 1 and not machine.launch:
        return [LocalEnvironment()]
    return [LightningEnvironment()] if "SLURM_JOB_ID" in os.environ else []


def limit_waiting(trainer: pl.Trainer) -> None:
    """Have every process wait for the others for at most `WAIT`."""
    if isinstance(trainer.strategy, DDPStrategy):
        trainer.strategy._timeout = WAIT  # also where Lightning chooses the strategy, which has no argument


@contextlib.contextmanager
def together(trainer: pl.Trainer) -> Iterator[None]:
    """Raise TrainingError instead of the library's own error if another process of the training is lost."""
    try:
        yield
    except RuntimeError as error:
        lost = isinstance(error, DistError) or any(sign in str(error).lower() for sign in SIGNS)
        if trainer.world_size == 1 or not lost:
            raise
        raise TrainingError(
            f"process {trainer.global_rank + 1} of {trainer.world_size} lost the others "
            f"({str(error).splitlines()[0][:200]}). Look above for the error of another process, and whether "
            "one was killed for its memory. To resume from the last checkpoint: dvc repro"
        ) from error


def agree(trainer: pl.Trainer, start: str) -> None:
    """Raise TrainingError in all processes unless they all start a training from the same place.

    start : checkpoint that this process resumes from, or folder, and precision
    """
    first = trainer.strategy.broadcast(start)
    if not trainer.strategy.reduce_boolean_decision(first == start):
        raise TrainingError(
            f"the processes do not start from the same place: the first from {first}, process "
            f"{trainer.global_rank + 1} of {trainer.world_size} from {start}. Likely a file of the pipeline "
            "was edited while they started, they do not see the same folder, or their devices differ and "
            "train.precision is auto. Start them again: dvc repro"
        )
