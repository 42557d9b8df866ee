"""heschl COMMAND ...: use a trained network outside the pipeline."""

import contextlib
import difflib
import importlib
import os
import sys
from collections.abc import Iterator
from importlib import metadata

from heschl.terminal import tolerate

# A command is a module of this package with a function `main`, which parses sys.argv. Slow imports are inside
# the functions that run after parsing, so that `heschl COMMAND --help` is fast.
COMMANDS = {
    "activations": "compute the activations of a published audio model, for decode and encode",
    "recognize": "name words and genres in sound files",
    "check": "check params, inputs and the machine, before anything runs",
    "experiment": "build a listening experiment from the test clips, and serve it",
    "align": "find when each word of recorded speech was spoken",
    "branch": "find where the branches should split: train the network with each branch point",
    "completion": "print a script that completes commands in a shell",
    "compare": "compare the answers of two trained networks",
    "eccc": "compare a network with listeners on words that they misheard alike",
    "croissant": "describe the data set in Croissant",
    "export": "write a trained network as files that load without Heschl",
    "listeners": "what listeners recognized of metamers, layer by layer",
    "metamers": "make sounds that a layer of a network cannot tell from natural ones",
    "preset": "lay a preset over params.yaml",
    "register": "add a trained network to MLflow's model registry",
    "release": "write a trained network into the folder of those that come with Heschl",
    "retrain": "train the best networks of a search in full, beside that of params.yaml",
    "robustness": "find how small a change of a sound makes a network name another class",
    "runs": "list the MLflow runs",
    "search": "search for an architecture",
    "ui": "start the MLflow UI on this machine",
    "unlock": "remove the locks of dvc processes that were killed",
}


def main() -> None:
    """Run the command that the first argument names; without arguments, list the commands."""
    tolerate()
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in ("-h", "--help"):
        with command("heschl"):
            print(_usage(), flush=True)
    elif name in ("-V", "--version"):
        print(f"heschl {metadata.version('heschl')}")
    elif name not in COMMANDS:
        near = difflib.get_close_matches(name.lower(), COMMANDS, 1, cutoff=0.5)
        hint = f". Did you mean `heschl {near[0]}`?" if near else ""
        sys.exit(f"heschl: there is no command {name!r}{hint}\n\n{_usage()}")
    else:
        sys.argv = [f"heschl {name}", *sys.argv[2:]]
        importlib.import_module(f"heschl.commands.{name}").main()


@contextlib.contextmanager
def command(name: str) -> Iterator[None]:
    """Exit with status 1 and a message, without a traceback, on an error of the pipeline or of a file.

    Ctrl-C exits with status 130. A reader that ends early, such as `head`, ends the command.
    """
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is still buffered
        sys.exit(1)
    except Exception as error:
        from heschl.stage import deliberate  # slow to import

        if isinstance(error, OSError) or (error.__traceback__ and deliberate(error, error.__traceback__)):
            sys.exit(f"{name}: {_said(error)}")
        raise


def _said(error: Exception) -> str:
    """Return the message of an error; of a file, with its name and the advice where the disk is full."""
    from heschl import disk

    known = type(error).__module__.startswith("heschl.")
    return str(error) if known else disk.problem(error, None) or str(error)


def _usage() -> str:
    listed = "\n".join(f"  {name:<12}{text}" for name, text in COMMANDS.items())
    return (
        f"usage: heschl COMMAND ...\n\n{listed}\n\n"
        "Run `heschl COMMAND --help` for its arguments. Run the pipeline with `dvc repro`."
    )


if __name__ == "__main__":
    main()
