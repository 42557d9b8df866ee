"""Presets: what differs from params.yaml, laid over its text, so that comments and layout stay.

A preset holds only the keys that it changes, nested as in params.yaml. A mapping merges into the mapping of
the same key. A number, a text, null or a list replaces the value. So does a mapping with the tag `!replace`,
together with its keys:

    encode:
      simulated:
        regions: !replace {early: conv1, late: fc6}
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from heschl.params import Loader

FOLDER = Path("presets")
REPLACE = "!replace"
Edit = tuple[int, int, str]  # start and end in the text, and what is there afterward


class PresetError(ValueError):
    """A preset that does not exist or does not fit the params file."""


class Replacement(dict[str, Any]):
    """A mapping that replaces another one instead of merging into it."""


class _Loader(Loader):
    """The plain values of params.yaml, and `!replace`."""


_Loader.add_constructor(REPLACE, lambda loader, node: Replacement(loader.construct_mapping(node, deep=True)))


@dataclass(frozen=True)
class _File:
    name: str
    text: str
    node: yaml.MappingNode
    values: dict[str, Any]


def find(name: str, folder: Path = FOLDER) -> Path:
    """Return the file of a preset; `name` is that of one in `folder`, or a path that ends in .yaml.

    raises : PresetError with the names of the presets that exist
    """
    path = Path(name) if name.endswith(".yaml") else folder / f"{name}.yaml"
    if not path.is_file():
        raise PresetError(
            f"There is no preset {name!r}: {path} does not exist. "
            f"The presets in {folder}/ are {', '.join(names(folder))}."
        )
    return path


def names(folder: Path = FOLDER) -> list[str]:
    """Return the names of the presets in a folder."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def lay_over(params: str | Path, *presets: str | Path) -> str:
    """Return the text of the file `params` with the values of the files `presets`, one after the other.

    raises : PresetError naming the file, line and key of a preset that `params` lacks
    """
    if not Path(params).is_file():
        raise PresetError(f"{params} does not exist. Run from the project's top folder.")
    text = Path(params).read_text(encoding="utf-8")
    for preset in presets:
        changes = _parsed(str(preset), Path(preset).read_text(encoding="utf-8"))
        text = _laid(_parsed(str(params), text), changes)
    return text


def combined(values: Any, changes: Any) -> Any:
    """Return plain `values` with `changes`: the rule of presets."""
    if not (isinstance(values, dict) and isinstance(changes, dict)) or isinstance(changes, Replacement):
        return changes
    return values | {key: combined(values.get(key), change) for key, change in changes.items()}


def _parsed(name: str, text: str) -> _File:
    try:
        node, values = yaml.compose(text, _Loader), yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        raise PresetError(f"{name} is not valid YAML: {error}") from None
    if not isinstance(node, yaml.MappingNode):
        raise PresetError(f"{name}: expected keys and values, got {type(values).__name__}.")
    return _File(name, text, node, values)


def _laid(params: _File, preset: _File) -> str:
    text, edits = params.text, _edits(params, params.node, preset, preset.node)
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    try:
        same = yaml.load(text, _Loader) == combined(params.values, preset.values)
    except yaml.YAMLError:
        same = False
    if not same:
        raise PresetError(
            f"{preset.name} cannot be laid over the text of {params.name}. The usual cause is an anchor, an "
            "alias, a duplicate key or a multi-line text in either file: write the values out."
        )
    return text


def _edits(
    params: _File, node: yaml.MappingNode, preset: _File, change: yaml.MappingNode, above: str = ""
) -> Iterator[Edit]:
    old = {key.value: (key, value) for key, value in node.value}
    for key, value in change.value:
        name = f"{above}{key.value}"
        if key.value not in old:
            raise PresetError(
                f"{preset.name}, line {key.start_mark.line + 1}: {name} is not a key of {params.name}."
                f"{_nearest(name, params.node)} To replace a mapping and its keys, write {REPLACE} before it."
            )
        old_key, old_value = old[key.value]
        if _merges(old_value, value):
            yield from _edits(params, old_value, preset, value, f"{name}.")
        else:
            yield _edit(params.text, old_key, old_value, preset, key, value)


def _merges(old: yaml.Node, new: yaml.Node) -> bool:
    return all(isinstance(node, yaml.MappingNode) for node in (old, new)) and new.tag != REPLACE


def _nearest(key: str, node: yaml.MappingNode) -> str:
    known = list(_dotted(node))
    same = [other for other in known if other.split(".")[-1] == key.split(".")[-1]]
    near = same or difflib.get_close_matches(key, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _dotted(node: yaml.Node, above: str = "") -> Iterator[str]:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        yield f"{above}{key.value}"
        yield from _dotted(value, f"{above}{key.value}.")


def _edit(
    text: str, key: yaml.Node, old: yaml.Node, preset: _File, new_key: yaml.Node, new: yaml.Node
) -> Edit:
    """Return the edit of one value, whose text is copied from the preset."""
    colon, by = key.end_mark.index + 1, key.start_mark.column - new_key.start_mark.column
    if _is_block(new):
        source = preset.text[_start(new) : _end(preset.text, new)]
        if _is_block(old):
            return _start(old), _end(text, old), _moved(source, _column(old) - _column(new))
        start, end = colon, _end(text, old)
        comment, source = text[old.end_mark.index : end], " " * _column(new) + source
        return start, end, comment + _moved(f"\n{source}", by)
    source = preset.text[new.start_mark.index : new.end_mark.index].removeprefix(REPLACE).lstrip()
    if not _is_block(old) and not source:
        return colon, max(colon, old.end_mark.index), ""
    if not _is_block(old):
        space = " " if text[old.start_mark.index - 1] == ":" else ""  # after a key without a value
        return old.start_mark.index, old.end_mark.index, space + _moved(source, by)
    comment = text[colon : _start(old)].split("\n")[0].rstrip()
    return colon, _end(text, old), f" {_moved(source, by)}{comment}"


def _is_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def _first(node: yaml.Node) -> yaml.Node:
    return node.value[0][0] if isinstance(node, yaml.MappingNode) else node  # past a tag


def _start(node: yaml.Node) -> int:
    return _first(node).start_mark.index


def _column(node: yaml.Node) -> int:
    return _first(node).start_mark.column


def _end(text: str, node: yaml.Node) -> int:
    """Return where a block ends: after its last value and a comment on the same line."""
    while _is_block(node):
        node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    end = node.end_mark.index
    rest = text[end:].split("\n")[0]
    return end + len(rest) if rest.lstrip().startswith("#") else end


def _moved(text: str, columns: int) -> str:
    """Return `text` with all lines but the first indented by `columns` more, or less where it is negative."""
    first, *rest = text.split("\n")
    if columns >= 0:
        return "\n".join([first, *(" " * columns + line if line else line for line in rest)])
    return "\n".join([first, *(line[min(-columns, len(line) - len(line.lstrip())) :] for line in rest)])
