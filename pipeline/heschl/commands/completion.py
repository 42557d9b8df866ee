"""heschl completion SHELL: print a script that completes commands and options in a shell."""

import argparse
import importlib

from heschl.commands.main import COMMANDS, command

FILES, FOLDERS = ("FILE", "FILE.csv", "TABLES"), ("FOLDER", "OUT", "NETWORK")  # what an argument is called
SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")


def main() -> None:
    """Print the script."""
    given = parser().parse_args()
    with command("heschl completion"):
        import shtab

        print(shtab.complete(whole(), given.shell))


def whole() -> argparse.ArgumentParser:
    """Return one parser of all commands, whose arguments say whether they name files or folders."""
    import shtab

    made = argparse.ArgumentParser(prog="heschl")
    made.add_argument("-V", "--version", action="store_true", help="print the version")
    commands = made.add_subparsers()
    for name, text in COMMANDS.items():
        own = importlib.import_module(f"heschl.commands.{name}").parser()
        for action in own._actions:
            if action.metavar in FILES:
                action.complete = shtab.FILE
            elif action.metavar in FOLDERS:
                action.complete = shtab.DIRECTORY
        commands.add_parser(name, help=text, parents=[own], add_help=False)
    return made


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl completion",
        description="Print a script that completes commands and options of heschl in a shell. For bash: "
        "heschl completion bash > ~/.local/share/bash-completion/completions/heschl",
    )
    made.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))
    return made


if __name__ == "__main__":
    main()
