"""heschl COMMAND ...: what one does with a trained network, beside the pipeline."""

import contextlib
import importlib
import sys
from collections.abc import Iterator

from pipeline.stage import deliberate

COMMANDS = {
    "recognize": "name the words and genres in sound files of your own",
    "experiment": "build a listening experiment from the test clips, for a browser",
    "compare": "how alike two trained networks hear, condition by condition and clip by clip",
    "ui": "the MLflow UI on this machine alone",
}


def main() -> None:
    """Run the command named first; with none, list them."""
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        listed = "\n".join(f"  {name:<10} {text}" for name, text in COMMANDS.items())
        text = f"usage: heschl COMMAND ...\n\n{listed}\n\nheschl COMMAND --help says more. The pipeline itself runs with: dvc repro"
        if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
            print(text)
            return
        sys.exit(f"heschl: there is no command {sys.argv[1]!r}\n{text}")
    name = sys.argv[1]
    sys.argv = [f"heschl {name}", *sys.argv[2:]]
    importlib.import_module(f"pipeline.commands.{name}").main()


@contextlib.contextmanager
def command(name: str) -> Iterator[None]:
    """End the process with status 1 and a line instead of a traceback on an error that the pipeline raises itself."""
    try:
        yield
    except Exception as error:
        if error.__traceback__ and deliberate(error, error.__traceback__):
            sys.exit(f"{name}: {error}")
        raise


if __name__ == "__main__":
    main()
