"""The metamers of a network, for each layer and sound: made, measured, and kept for a run that resumes."""

from collections.abc import Iterator, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from heschl import work
from heschl.metamers.columns import METAMER, PAIRS
from heschl.metamers.descent import descend
from heschl.metamers.layers import presented, response_of, responses_of, task_of
from heschl.metamers.match import Response, distance, frozen, softened
from heschl.metamers.params import MetamerParams
from heschl.metamers.similarity import MEASURES, of_all_pairs, outside, similarity
from heschl.metamers.sounds import (
    START,
    MetamerError,
    Natural,
    answers_of,
    device_of,
    of_shards,
    training_sounds,
)
from heschl.network.hearing import COCHLEAGRAM, Hearing
from heschl.parallel import progress
from heschl.shards.read import Shards
from heschl.shards.remix import Remix

PARTS = 2  # of a clip whose target and background are apart


@dataclass(frozen=True, eq=False)
class Made:
    """The metamers of one layer.

    sounds   : their natural sounds
    waveform : (sounds, samples) float32, as they are written
    table    : a row for each, columns METAMER
    null     : of pairs of different sounds, columns PAIRS
    """

    layer: str
    sounds: Sequence[Natural]
    waveform: Tensor
    table: pd.DataFrame
    null: pd.DataFrame


def make(
    hearing: Hearing, sounds: Sequence[Natural], train: Shards, params: MetamerParams, folder: Path
) -> Iterator[Made]:
    """Yield the metamers of each layer in turn.

    train  : shards of other sounds
    folder : for what an interrupted run has done
    raises : ValueError naming a layer that cannot be used, before anything is made; MetamerError
    """
    with frozen(hearing):
        responses = responses_of(hearing, params.layers, sounds[0].waveform)
    names, tasks = list(responses), {name: task_of(hearing, name) for name in responses}
    numbers = training_sounds(train, params.pairs, params.seed)
    remix = Remix(train, params.seed) if train.parts == PARTS else None
    with frozen(hearing), softened(hearing.ear, params.slope):
        for number, (name, respond) in enumerate(responses.items()):
            task, before = tasks[name], names[:number]
            place = sum(tasks[each] in (None, task) for each in before)  # on the way to the layer
            own = [sound for sound in sounds if task in (None, sound.task)]
            null = _null(hearing, name, respond, train, numbers, remix, params, folder)
            natural = torch.stack([sound.waveform for sound in own])
            found = torch.cat(list(_changed(name, respond, natural, params, folder)))
            found = presented(hearing, found)
            batches = [slice(start, start + params.batch_size) for start in _starts(own, params)]
            parts = [
                _measured(hearing, name, place, respond, own[each], natural[each], found[each], null)
                for each in batches
            ]
            table = pd.concat(parts, ignore_index=True)
            yield Made(name, own, found, table, _summary(name, null))


def _changed(
    name: str, respond: Response, natural: Tensor, params: MetamerParams, folder: Path
) -> Iterator[Tensor]:
    """Yield the metamers of some sounds at a time."""
    starts = _starts(natural, params)
    for number, start in enumerate(progress(iter(starts), len(starts), name)):
        some = natural[start : start + params.batch_size]
        with torch.no_grad():
            wanted = respond(some)
        silent = torch.nonzero(wanted.norm(dim=1) == 0).flatten().tolist()
        if silent:
            raise MetamerError(
                f"{name} does not respond to sound {start + silent[0] + 1}: any sound without response would "
                "be its metamer. Leave this layer out of metamers.layers."
            )
        noise = start_noise(some, params, start)
        path = folder / f"{name}-{number:03d}.pt"
        yield descend(respond, wanted, noise, params.descent, path, params.checkpoint_steps).sounds


def _starts(sounds: Sized, params: MetamerParams) -> range:
    """Return the number of the first sound of each batch."""
    return range(0, len(sounds), params.batch_size)


def start_noise(like: Tensor, params: MetamerParams, first: int) -> Tensor:
    """Return the noise that metamers start from: of a sound, the same for all layers.

    like : (sounds, samples);  first : number of the first sound
    """
    drawn = [
        np.random.default_rng(np.random.SeedSequence([params.seed, START, first + number])).standard_normal(
            like.shape[1:], np.float32
        )
        for number in range(len(like))
    ]
    return params.start_rms * torch.from_numpy(np.stack(drawn)).to(like)


def _null(
    hearing: Hearing, name: str, respond: Response, train: Shards, numbers: np.ndarray, remix: Remix | None,
    params: MetamerParams, folder: Path,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Return the similarity of a layer's responses to all pairs of training clips, (pairs,) each."""
    path = folder / f"{name}-null.npz"
    if not path.is_file():
        found = []
        for start in _starts(numbers, params):
            clips = of_shards(train, numbers[start : start + params.batch_size], remix)
            with torch.no_grad():
                found.append(respond(presented(hearing, clips.to(device_of(hearing)))).cpu().numpy())
        similar = of_all_pairs(np.concatenate(found))
        with work.replacing(path) as file:
            np.savez(file, **similar)
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


def _measured(
    hearing: Hearing, name: str, place: int, respond: Response, sounds: Sequence[Natural], natural: Tensor,
    found: Tensor, null: dict[str, np.ndarray],
) -> pd.DataFrame:  # fmt: skip
    """Return the table of a layer's metamers."""
    with torch.no_grad():
        wanted, response = respond(natural), respond(found)
        heard = [response_of(hearing, COCHLEAGRAM)(each) for each in (natural, found)]
    away = distance(response, wanted).tolist()
    alike = similarity(*(each.cpu().double().numpy() for each in (wanted, response)))
    heard_db = similarity(*(each.cpu().double().numpy() for each in heard))["snr_db"]
    played_db = similarity(*(each.flatten(1).cpu().double().numpy() for each in (natural, found)))["snr_db"]
    above = outside(alike, null)
    rows = []
    for number, sound in enumerate(sounds):
        (answer,) = answers_of(hearing, found[number : number + 1], sound.task)
        same = answer == sound.label
        rows.append(
            {
                "layer": name, "place": place, "sound": sound.name,
                "key": sound.key, "task": sound.task, "label": sound.label, "answer": answer,
                "same": int(same), "accepted": int(same and above[number]), "distance": away[number],
                **{measure: alike[measure][number] for measure in MEASURES},
                "cochleagram_snr_db": heard_db[number], "waveform_snr_db": played_db[number],
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(METAMER)).astype(METAMER)


def _summary(name: str, null: dict[str, np.ndarray]) -> pd.DataFrame:
    rows = [
        {
            "layer": name, "measure": measure, "pairs": len(null[measure]),
            "median": np.nanmedian(null[measure]), "high": np.nanmax(null[measure]),
        }
        for measure in MEASURES
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(PAIRS)).astype(PAIRS)
