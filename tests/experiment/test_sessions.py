from collections import Counter
from dataclasses import replace
from itertools import chain

import numpy as np
import pandas as pd
import pytest

from heschl.behavior.comparison import compare_with_listeners
from heschl.behavior.listeners import COLUMNS
from heschl.experiment.checks import BEEPS
from heschl.experiment.design import (
    Choose,
    ExperimentError,
    ExperimentParams,
    Target,
    targets_of,
)
from heschl.experiment.sessions import plan
from tests.behavior import observer as network
from tests.helpers import presets

PARAMS = ExperimentParams(
    seed=0, sessions=12, trials={"word": 14, "genre": 8},
    answers={"word": "typed", "genre": Choose(choose=2)}, block=5, practice=2, attention=3,
    headphones="required", consent=None, post=None, completion=None,
)  # fmt: skip
CONDITIONS = [
    ("clean", None),
    *((background, snr) for background in ("scene", "music", "shaped") for snr in (-6.0, 6.0)),
]


def grid(task, sizes, labels=4):
    """Return targets in every condition, from one source for each size, which is its number of targets."""
    places = [(source, cut) for source, size in enumerate(sizes) for cut in range(size)]
    return [
        Target(
            (f"{task}{s}.wav", float(cut)),
            f"{task}{s}",
            f"{task}-{n % labels}",
            {c: f"{task}-{n}-{i}" for i, c in enumerate(CONDITIONS)},
        )
        for n, (s, cut) in enumerate(places)
    ]


TARGETS = {"word": grid("word", [3] * 8), "genre": grid("genre", [2, 2, 3, 1, 4, 4, 2, 2])}
KNOWN = {
    key: (target, condition)
    for targets in TARGETS.values()
    for target in targets
    for condition, key in target.clips.items()
}


def clips(session, task=None):
    return [
        item
        for block in session.blocks
        if task in (None, block.task)
        for item in block.items
        if isinstance(item, str)
    ]


@pytest.fixture(params=range(6))
def planned(request):
    return plan(TARGETS, replace(PARAMS, seed=request.param))


def test_session_repeats_no_recording_and_block_no_source(planned):
    for session in planned.sessions:
        recordings = [KNOWN[key][0].recording for key in clips(session)]
        assert len(set(recordings)) == len(recordings) == sum(PARAMS.trials.values())
        for block in session.blocks:
            sources = [KNOWN[item][0].source for item in block.items if isinstance(item, str)]
            assert 1 <= len(sources) == len(set(sources)) <= PARAMS.block
            assert {item.split("-")[0] for item in block.items if isinstance(item, str)} == {block.task}


def test_conditions_are_balanced_within_and_across_sessions(planned):
    for task, trials in PARAMS.trials.items():
        for session in planned.sessions:
            counts = Counter(KNOWN[key][1] for key in clips(session, task))
            assert set(counts) == set(CONDITIONS)
            assert set(counts.values()) <= {trials // len(CONDITIONS), -(-trials // len(CONDITIONS))}
        over = Counter(KNOWN[key][1] for session in planned.sessions for key in clips(session, task))
        assert max(over.values()) - min(over.values()) <= 1


def test_targets_and_their_conditions_are_balanced_across_sessions(planned):
    heard = Counter(key for session in planned.sessions for key in clips(session, "word"))
    held = {KNOWN[key][0].recording for key in planned.practice["word"]}
    possible = [target for target in TARGETS["word"] if target.recording not in held]
    targets = [sum(heard[key] for key in target.clips.values()) for target in possible]
    assert max(targets) - min(targets) <= 1
    pairs = [heard[key] for target in possible for key in target.clips.values()]
    assert sum(pairs) == PARAMS.sessions * PARAMS.trials["word"]
    assert max(pairs) - min(pairs) <= 2
    assert np.mean(np.array(pairs) == 1) > 0.8  # 168 trials of 154 pairs


def test_no_pair_is_presented_twice_before_nearly_all_are_presented_once(planned):
    heard = Counter(
        key for session in planned.sessions[:9] for key in clips(session, "word")
    )  # 126 trials of 154 pairs
    assert set(heard.values()) == {1}


def test_practice_is_clean_with_different_labels_and_not_in_sessions(planned):
    heard = {KNOWN[key][0].recording for session in planned.sessions for key in clips(session)}
    for task, keys in planned.practice.items():
        assert len({KNOWN[key][0].label for key in keys}) == len(keys) == PARAMS.practice
        assert {KNOWN[key][1] for key in keys} == {("clean", None)}
        assert not heard & {KNOWN[key][0].recording for key in keys}
        assert all(key.startswith(task) for key in keys)


def test_attention_checks_are_spread_and_never_first(planned):
    for session in planned.sessions:
        beeps = [item for block in session.blocks for item in block.items if isinstance(item, int)]
        assert len(beeps) == PARAMS.attention
        assert set(beeps) <= set(range(1, BEEPS + 1))
        assert not any(isinstance(block.items[0], int) for block in session.blocks)
        assert all(sum(isinstance(item, int) for item in block.items) <= 1 for block in session.blocks)
        assert [sorted(order) for order in session.headphones] == [list(range(6))] * 2


def test_sessions_rotate_which_task_is_first(planned):
    orders = [list(dict.fromkeys(block.task for block in session.blocks)) for session in planned.sessions]
    assert orders == [["word", "genre"], ["genre", "word"]] * 6


def test_plan_depends_on_the_seed_and_extends_to_more_sessions():
    first = plan(TARGETS, PARAMS)
    assert plan(TARGETS, PARAMS) == first
    assert plan(TARGETS, replace(PARAMS, sessions=20)).sessions[:12] == first.sessions
    assert plan(TARGETS, replace(PARAMS, seed=1)).sessions != first.sessions
    assert (
        len({tuple(chain(*(block.items for block in session.blocks))) for session in first.sessions})
        == PARAMS.sessions
    )


def test_sources_of_many_recordings_occur_once_per_block():
    targets = {"word": grid("word", [20, 3, 3, 3, 3])}
    params = replace(PARAMS, trials={"word": 14}, answers={"word": "typed"}, practice=0, attention=0, block=4)
    for session in plan(targets, params).sessions:
        assert Counter(key.split("-")[1] for key in clips(session)).most_common(1)[0][1] == 1
        assert all(len({item for item in block.items}) <= 4 for block in session.blocks)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"trials": {"word": 23, "genre": 8}},
            r"experiment.trials.word is 23, but .* 22 recordings.* raise mixtures.test.targets",
        ),
        (
            {"block": 14},
            r"experiment.block is 14; with 14 trials of word from 8 sources.* Set it to at most 13\.",
        ),
        (
            {"practice": 25},
            r"word: experiment.practice is 25, .* there are 24 clean .* Lower experiment.practice",
        ),
    ],
)
def test_impossible_designs_are_named_with_numbers_and_remedy(changes, message):
    with pytest.raises(ExperimentError, match=message):
        plan(TARGETS, replace(PARAMS, **changes))


def test_practice_needs_clean_clips():
    noisy = [
        replace(target, clips={c: key for c, key in target.clips.items() if c[0] != "clean"})
        for target in TARGETS["word"]
    ]
    with pytest.raises(ExperimentError, match=r"experiment.practice is 2, .* there are 0 clean"):
        plan({"word": noisy}, replace(PARAMS, trials={"word": 14}, answers={"word": "typed"}))


@pytest.mark.parametrize("preset", [None, "recordings", "cochdnn", "kell2018"])
def test_listeners_of_the_default_lists_can_be_compared(tmp_path, preset):
    params = presets.load(preset, "experiment", ExperimentParams)
    trials, rng = params.trials["word"], np.random.default_rng(5)
    clips = network.answers(rng, lambda background, snr: 0.6).assign(top5=lambda table: table["answer"])
    records = (
        clips.astype({"snr_db": object})
        .where(clips.notna(), None)
        .rename(columns={"truth": "word", "target": "target_file"})
    )
    targets = {"word": targets_of(records.assign(target_start_s=0.0).to_dict("records"), "word")}
    planned = plan(targets, replace(params, trials={"word": trials}, answers={"word": "typed"}))

    known, easy, rows = (
        clips.set_index("key"),
        dict(zip(clips["key"], rng.random(len(clips)) < 0.6, strict=True)),
        [],
    )
    for person in range(4 * 6):
        for clip in chain(*(block.items for block in planned.sessions[person % params.sessions].blocks)):
            if isinstance(clip, str):
                truth, background, snr = known.loc[clip, ["truth", "background", "snr_db"]]
                right = easy[clip] if rng.random() < 0.7 else rng.random() < 0.6
                said = truth if right else next(label for label in network.LABELS["word"] if label != truth)
                rows.append((f"p{person}", clip, background, snr, "word", said, int(right)))
    pd.DataFrame(rows, columns=COLUMNS).to_csv(tmp_path / "simulated.csv", index=False)
    tables, _ = compare_with_listeners(tmp_path, clips, network.LABELS, replace(network.PARAMS, resamples=50))
    kappa = tables["listeners/consistency"].query("between == 'person-person'")
    assert kappa["n"].tolist() == [6 * 6, 6 * 6]  # pairs of the four people of each of six lists
    assert kappa["kappa"].between(0.3, 0.7).all()
    items = tables["listeners/items"].query("items != 'target'")
    assert (items["n"] == 6 * trials).all()
    assert np.isfinite(items[["r", "reliability"]].to_numpy(float)).all()
