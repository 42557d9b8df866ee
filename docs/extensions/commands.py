"""The directive `commands`: the help of each `heschl COMMAND`, as the command prints it."""

import os
import subprocess
import sys

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from heschl.commands.main import COMMANDS

COLUMNS = "80"  # width of the printed help


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.add_directive("commands", Commands)
    return {"parallel_read_safe": True}


class Commands(SphinxDirective):
    """A section for each command."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        return [_section(name) for name in COMMANDS]


def _section(name: str) -> nodes.section:
    title, text = f"heschl {name}", printed(name)
    block = nodes.literal_block(text, text, language="text")
    return nodes.section("", nodes.title("", title), block, ids=[f"heschl-{name}"], names=[title])


def printed(name: str) -> str:
    """Return what `heschl NAME --help` prints."""
    command = [sys.executable, "-m", "heschl.commands.main", name, "--help"]
    environment = os.environ | {"COLUMNS": COLUMNS}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()
