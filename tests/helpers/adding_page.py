"""The examples of docs/adding.md as modules."""

import re
from pathlib import Path
from types import ModuleType

PAGE = (Path(__file__).parents[2] / "docs" / "adding.md").read_text()


def blocks(heading, language):
    """Return the code blocks under a heading."""
    text = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def example(heading, **names):
    """Return the first Python file under a heading as a module; `names`: what its file already has."""
    module = ModuleType(re.sub(r"\W+", "_", heading.lower()))
    vars(module).update(names)
    exec(blocks(heading, "python")[0], vars(module))
    return module
