"""What is read out of every layer, decided once: targets, their splits, and what these sounds do not allow."""

from typing import NamedTuple

from pipeline.activations.sounds import Sounds
from pipeline.decode.levels import Levels
from pipeline.decode.params import DecodeParams
from pipeline.decode.splits import Task, halves
from pipeline.decode.targets import CannotReadError, columns_of, labels, levels


class Plan(NamedTuple):
    """Of one set of sounds."""

    sounds: int
    tasks: list[Task]
    left_out: dict[str, tuple[str, ...]]  # readout -> its items and classes that are left out
    skipped: dict[str, str]  # readout -> why there is none


def plan(sounds: Sounds, heard: Levels, params: DecodeParams) -> Plan:
    """Return what is read out: the levels that were heard in the sounds, and every column of labels."""
    found = Plan(len(sounds), [], {}, {})
    columns = columns_of(sounds)
    found.skipped.update(
        {
            f"label {name}": "a readout has this name; rename the column"
            for name in columns
            if name in heard.columns
        }
    )
    for names in (tuple(heard.columns), *((column,) for column in columns if column not in heard.columns)):
        try:
            target, left_out = (
                levels(heard.columns, heard.values, sounds)
                if names == tuple(heard.columns)
                else labels(sounds, names[0])
            )
            found.tasks.append(Task(target, halves(target, params.splits, params.test, params.seed)))
            found.left_out.update({name: items for name, items in left_out.items() if items})
        except CannotReadError as error:
            found.skipped.update(dict.fromkeys(names, str(error)))
    return found
