"""Everything that is read out of each layer: targets with their splits, and what the sounds do not allow."""

from typing import NamedTuple

from heschl.activations.sounds import Sounds
from heschl.decode.levels import Levels
from heschl.decode.params import DecodeParams
from heschl.decode.splits import SplitTarget, split_target
from heschl.decode.targets import CannotReadError, LeftOut, label_columns, label_target, level_target


class TargetSet(NamedTuple):
    """The targets of one set of sounds."""

    sounds: int
    targets: list[SplitTarget]
    left_out: LeftOut
    skipped: dict[str, str]  # readout -> why it is impossible


def target_set(sounds: Sounds, levels: Levels, params: DecodeParams) -> TargetSet:
    """Return the targets for the levels of the sounds and for every column of their labels."""
    found = TargetSet(len(sounds), [], {}, {})
    columns, readouts = label_columns(sounds), tuple(levels.columns)
    taken = [column for column in columns if column in readouts]
    found.skipped.update({f"label {name}": "a readout has this name; rename the column" for name in taken})
    for names in (readouts, *((column,) for column in columns if column not in readouts)):
        try:
            target, left_out = (
                level_target(levels.columns, levels.values, sounds)
                if names == readouts
                else label_target(sounds, names[0])
            )
            found.targets.append(split_target(target, params.splits, params.test, params.seed))
            found.left_out.update({name: each for name, each in left_out.items() if each})
        except CannotReadError as error:
            found.skipped.update(dict.fromkeys(names, str(error)))
    return found
