"""Turn docstrings of Heschl into reStructuredText, for the pages of the API.

A docstring has prose, indented formulas, and fields, whose names are aligned:

    waveform : (batch, samples) float in [-1, 1]
    raises   : ValueError if the waveform is silent,
               for then no gain reaches the level

Fields become a list of definitions, formulas literal blocks. The fields of a dataclass or a named tuple that
have comments instead are added to its docstring.
"""

import ast
import dataclasses
import inspect
import io
import re
import textwrap
import tokenize
from collections.abc import Iterator, Sequence
from typing import Any

from sphinx.application import Sphinx

FIELD = re.compile(r"(?P<name>\w[\w, .*]*?) +: (?P<text>.*)")
SPECIAL = re.compile(r"[\\*|]|(?<=\w)_(?!\w)")  # what reStructuredText would read as markup
INDENT = "    "


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("autodoc-process-docstring", _process)
    app.connect("autodoc-process-signature", _sign)
    app.connect("autodoc-skip-member", _skip)
    return {"parallel_read_safe": True}


def _process(app: Sphinx, what: str, name: str, found: Any, options: Any, lines: list[str]) -> None:
    rows = commented(found) if what == "class" and _listed(found) else []
    known = {name for line in lines for name in _names(line)}
    lines[:] = [*rst(lines), *rst([row for row in rows if row.split(" : ")[0] not in known])]


def _sign(app: Sphinx, what: str, name: str, found: Any, *rest: Any) -> tuple[str, None] | None:
    """Leave out the arguments of a class whose fields are listed."""
    return ("", None) if what == "class" and _listed(found) else None


def _skip(app: Sphinx, what: str, name: str, found: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what NamedTuple says of its fields; their comments say more."""
    alias = (getattr(found, "__doc__", None) or "").startswith("Alias for field number")
    return True if alias else None


def rst(lines: Sequence[str]) -> list[str]:
    """Return the lines of a docstring as lines of reStructuredText."""
    found, last = [], "prose"
    for line in lines:
        field, inside = FIELD.fullmatch(line), line.startswith("  ")
        kind = "field" if field or (inside and last == "field") else "formula" if inside else "prose"
        if not line.strip():
            found.append("")
            last = "formula" if last == "formula" else "prose"
            continue
        if kind != last and kind != "prose":
            found += ["", "::", ""] if kind == "formula" else [""]
        elif kind == "prose" and last != "prose":
            found.append("")
        if field:
            found += [f"``{field['name']}``", INDENT + escaped(field["text"])]
        else:
            text = line if kind == "formula" else escaped(line.strip())
            found.append(text if kind == "prose" else INDENT + text)
        last = kind
    return [*found, ""]


def escaped(text: str) -> str:
    """Return text in which only what stands in backticks is markup, as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return SPECIAL.sub(r"\\\g<0>", text).replace("`", r"\`")
    return "".join(
        f"``{part}``" if place % 2 else SPECIAL.sub(r"\\\g<0>", part) for place, part in enumerate(parts)
    )


def commented(found: type) -> Iterator[str]:
    """Yield a line "name : comment; type" for each field of a class."""
    source = textwrap.dedent(inspect.getsource(found))
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    for node in ast.parse(source).body[0].body:
        if isinstance(node, ast.AnnAssign):
            lines = [node.lineno - 1, *range(node.lineno, node.end_lineno + 1)]
            own = source.splitlines()[lines[0] - 1].lstrip().startswith("#")
            said = [comments[line] for line in lines[not own :] if line in comments]
            kind = ast.unparse(node.annotation)
            yield f"{ast.unparse(node.target)} : " + "; ".join([*said, f"`{kind}`"])


def _names(line: str) -> list[str]:
    field = FIELD.fullmatch(line)
    return re.split(r", *", field["name"]) if field else []


def _listed(found: Any) -> bool:
    return dataclasses.is_dataclass(found) or hasattr(found, "_fields")
