"""Start the processes of a training with the machine's launcher, such as srun or torchrun."""

import os
import shutil
import sys
from collections.abc import Sequence

from heschl.params import ParamsError

LAUNCHED = "HESCHL_LAUNCHED"  # environment variable: the launcher has started this process


def launch(launcher: Sequence[str], module: str) -> None:
    """Replace this process by `launcher`, which runs `module` in every process, unless it has done so.

    launcher : command and options, or empty: Lightning starts the processes
    raises   : ParamsError if the command is not installed
    """
    if not launcher or LAUNCHED in os.environ:
        return
    if not shutil.which(launcher[0]):
        raise ParamsError(f"machine.launch starts with {launcher[0]!r}, which is not a program on the PATH.")
    os.environ[LAUNCHED] = "1"
    os.execvp(launcher[0], [*launcher, "-m", module, *sys.argv[1:]])
