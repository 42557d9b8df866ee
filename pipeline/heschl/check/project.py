"""All checks, in order."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heschl.check.finding import Finding, errors
from heschl.check.inputs import check_inputs
from heschl.check.machine import check_machine
from heschl.check.sections import Params, check_agreement, check_sections


def check_project(
    values: Mapping[str, Any], file: Path, listeners: Path, models: Path
) -> tuple[Params, list[Finding]]:
    """Check the params file, what it names, and the folders of listeners and models.

    values  : the params file, as `load_all` returns it
    returns : the params of the sections that can be read, and the findings; inputs are checked only where
              every section can be read
    """
    params, found = check_sections(values, file)
    if any(errors(found)):
        return params, found
    return params, [*found, *check_agreement(params), *check_inputs(params, listeners, models)]


def check_all(
    values: Mapping[str, Any], file: Path, listeners: Path, models: Path, shards: Path
) -> list[Finding]:
    """Return what `check_project` finds, and what the machine lacks; shards : their folder."""
    params, found = check_project(values, file, listeners, models)
    return [*found, *check_machine(params, shards)]
