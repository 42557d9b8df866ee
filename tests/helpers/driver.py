"""The train stage, killed at a chosen moment or observed, as HESCHL_TEST says.

kill:step:7  kill:validation:1  kill:checkpoint:3  kill:network:0  kill:artifact:2  kill:output:0
TERM:step:7  USR1:step:7
GROUP:step:7 (USR1 to the whole group)  record:FOLDER  gradient:FILE  edited; joined by commas
"""

import json
import os
import signal
import sys
from pathlib import Path

import torch
from mlflow.tracking import MlflowClient

from heschl.train import checkpoints, finished, fit
from heschl.train.learner import Learner
from stages import train

NUMBERS = {"kill": signal.SIGKILL, "TERM": signal.SIGTERM, "USR1": signal.SIGUSR1, "GROUP": signal.SIGUSR1}


def before(owner, name, action):
    """Have `action` called with the arguments of a method before the method."""
    method = getattr(owner, name)

    def wrapped(self, *given, **named):
        action(self, *given)
        return method(self, *given, **named)

    setattr(owner, name, wrapped)


def send(kind, place, at):
    def strike(*given):
        os.kill(os.getpid() if kind != "GROUP" else 0, NUMBERS[kind])  # 0: to every process of the group

    def in_step(module, batch, number):
        if module.trainer.global_step == at and module.trainer.is_global_zero:
            strike()

    def in_validation(module, batch, number):
        if module.trainer.current_epoch == at:
            strike()

    saved = [0]
    write = torch.save

    def in_checkpoint(checkpoint, file):
        saved[0] += 1
        if saved[0] == at:
            file.write(b"PK half of a checkpoint")
            file.flush()
            strike()
        write(checkpoint, file)

    logged = [0]

    def in_artifact(*given):
        logged[0] += 1
        if logged[0] == at:
            strike()

    if place == "network":
        fit.save_network = strike
    elif place == "output":
        finished.finish = strike
    elif place == "artifact":
        before(MlflowClient, "log_artifact", in_artifact)
    elif place == "checkpoint":
        checkpoints.torch.save = in_checkpoint
    else:
        before(
            Learner,
            f"{'training' if place == 'step' else 'validation'}_step",
            in_step if place == "step" else in_validation,
        )


def record(folder):
    """Write the clips of every step to FOLDER/<process number>.jsonl."""

    def write(module, batch, number):
        with open(Path(folder) / f"{os.getpid()}.jsonl", "a") as file:
            file.write(json.dumps([module.trainer.global_step, batch["numbers"].tolist()]) + "\n")

    before(Learner, "training_step", write)


def gradient(file):
    """Keep the gradient of the first step, summed over all processes."""

    def keep(module, optimizer):
        if module.trainer.is_global_zero and module.trainer.global_step == 0:
            torch.save([weight.grad.clone() for weight in module.hearing.network.parameters()], file)

    before(Learner, "on_before_optimizer_step", keep)


def edited(_):
    """Have the processes that Lightning starts see other code than the first, as after an edit."""
    if "LOCAL_RANK" in os.environ:
        code = train.work.code
        train.work.code = lambda: [*code(), Path(__file__)]


if __name__ == "__main__":
    for what in os.environ["HESCHL_TEST"].split(","):
        kind, _, rest = what.partition(":")
        if kind in NUMBERS:
            place, _, at = rest.partition(":")
            send(kind, place, int(at))
        else:
            {"record": record, "gradient": gradient, "edited": edited}[kind](rest)
    sys.exit(train.main())
