"""The frame of a stage script: its paths, its line of output, its errors."""

import sys
import time
import traceback
from pathlib import Path
from types import TracebackType

import psutil
from rich.console import Console
from rich.markup import escape

from heschl import disk
from heschl.processes import end_with_dvc
from heschl.terminal import tolerate

HERE = Path(__file__).parent
CODE = [HERE, HERE.parents[1] / "stages"]


class Stage:
    """A running stage, as a context manager.

    name  : of the stage
    names : of the paths on its command line, in order, for the usage message
    paths : the paths given

    An error that the pipeline itself raises, or a full disk, ends the process with status 1 and a message
    without traceback. The process ends when the dvc that runs it ends.

    raises : SystemExit if the code that runs is not that of the working folder, which DVC has hashed
    """

    def __init__(self, name: str, *names: str):
        tolerate()
        _check_code()
        arguments = sys.argv[1:]
        if len(arguments) != len(names):
            sys.exit(f"usage: python -m stages.{name} {' '.join(names)}")
        self.name = name
        self.paths = [Path(argument) for argument in arguments]
        self.needed: int | None = None  # bytes that it writes, if known
        end_with_dvc()

    def __enter__(self) -> "Stage":
        return self

    def require(self, needed: int, *folders: Path) -> None:
        """Check that the disks of the folders that the stage writes to have `needed` bytes free.

        raises : disk.DiskError if one has not
        """
        self.needed = needed
        for folder in folders:
            disk.require(folder, needed, self.name)

    def result(self, text: str) -> None:
        """Print the result of the stage in one line, with the seconds since the process started."""
        elapsed_s = time.time() - psutil.Process().create_time()
        console = Console(highlight=False, soft_wrap=True)
        console.print(f"[bold]{self.name:<9}[/bold] {escape(text)} ({elapsed_s:.0f} s)")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        full = disk.problem(error, self.needed) if isinstance(error, Exception) else None
        if full:
            sys.exit(f"{self.name}: {full}")
        if isinstance(error, Exception) and trace and deliberate(error, trace):
            sys.exit(f"{self.name}: {type(error).__name__}: {error}")


def _check_code() -> None:
    beside = Path("pipeline", "heschl").resolve()
    if beside.is_dir() and beside != HERE.resolve():
        sys.exit(
            f"The environment {sys.prefix} runs the code of {HERE}, and DVC would track that of {beside}. "
            "Use the environment of this folder (make setup), or install it into yours: pip install -e ."
        )


def deliberate(error: Exception, trace: TracebackType) -> bool:
    """Return whether the pipeline itself raised an error, so that its message is enough without a traceback.

    Either its class is the pipeline's, also if it was raised in a worker process, or a `raise` statement of
    the pipeline raised it.
    """
    last = traceback.extract_tb(trace)[-1]
    inside = any(folder in Path(last.filename).parents for folder in CODE)
    raised = inside and (last.line or "").lstrip().startswith("raise ")
    return raised or type(error).__module__.startswith("heschl.")
