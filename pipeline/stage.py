"""What every stage script does: take its paths, time itself, say its result in one line, and fail with a clear one."""

import sys
import time
import traceback
from pathlib import Path
from types import TracebackType

import psutil
from rich.console import Console

CODE = [
    Path(__file__).parents[1] / name for name in ("pipeline", "stages")
]  # not .venv, which may lie beside them


class Stage:
    """A running stage: `paths` from its command line, `result` its line of output.

    names : of the paths, for the message where they are not given
    An error that the pipeline raises itself ends the process with status 1 and its message instead of a traceback.
    """

    def __init__(self, name: str, *names: str):
        self.name, self.names = name, names
        given = sys.argv[1:]
        if len(given) != len(names):
            sys.exit(f"usage: python -m stages.{name} {' '.join(names)}")
        self.paths = [Path(path) for path in given]

    def __enter__(self) -> "Stage":
        return self

    def result(self, text: str) -> None:
        """Say what came out, and how long it took since the process began."""
        Console(highlight=False, soft_wrap=True).print(
            f"[bold]{self.name:<9}[/bold] {text} ({time.time() - psutil.Process().create_time():.0f} s)"
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and trace and deliberate(error, trace):
            sys.exit(f"{self.name}: {kind.__name__}: {error}")


def deliberate(error: Exception, trace: TracebackType) -> bool:
    """Tell whether an error is the pipeline's own, by its class or its `raise`: its message says what to do, and it is no surprise.

    The class also tells of an error that comes from a worker process, whose `raise` is not in the traceback.
    """
    last = traceback.extract_tb(trace)[-1]
    ours = any(folder in Path(last.filename).parents for folder in CODE)
    return type(error).__module__.startswith("pipeline.") or (
        ours and (last.line or "").lstrip().startswith("raise ")
    )
