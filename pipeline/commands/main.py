"""heschl COMMAND ...: use a trained network outside the pipeline."""

import contextlib
import importlib
import sys
from collections.abc import Iterator

# A command is a module of this package with a function `main`, which parses sys.argv. Slow imports are inside
# the functions that run after parsing, so that `heschl COMMAND --help` is fast.
COMMANDS = {
    "recognize": "name words and genres in sound files",
    "experiment": "build a listening experiment from the test clips, and serve it",
    "compare": "compare the answers of two trained networks",
    "preset": "lay a preset over params.yaml",
    "runs": "list the MLflow runs",
    "ui": "start the MLflow UI on this machine",
}


def main() -> None:
    """Run the command that the first argument names; without arguments, list the commands."""
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in ("-h", "--help"):
        print(_usage())
    elif name not in COMMANDS:
        sys.exit(f"heschl: there is no command {name!r}\n{_usage()}")
    else:
        sys.argv = [f"heschl {name}", *sys.argv[2:]]
        importlib.import_module(f"pipeline.commands.{name}").main()


@contextlib.contextmanager
def command(name: str) -> Iterator[None]:
    """Exit with status 1 and a message, without a traceback, on an error that the pipeline itself raises."""
    try:
        yield
    except Exception as error:
        from pipeline.stage import deliberate  # slow to import

        if error.__traceback__ and deliberate(error, error.__traceback__):
            sys.exit(f"{name}: {error}")
        raise


def _usage() -> str:
    listed = "\n".join(f"  {name:<12}{text}" for name, text in COMMANDS.items())
    return (
        f"usage: heschl COMMAND ...\n\n{listed}\n\n"
        "Run `heschl COMMAND --help` for its arguments. Run the pipeline with `dvc repro`."
    )


if __name__ == "__main__":
    main()
