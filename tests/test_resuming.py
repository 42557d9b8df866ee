"""Trainings in processes of their own: killed at every kind of moment, gone on with by others, shared by two."""

import json
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline import mixtures, shards, tracking
from pipeline.batches import train_batches
from pipeline.shards import ShardParams
from tests.trainings import changed, network_of, rows_of, stage

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("store")]
EPOCHS, STEPS = 3, 5  # 44 clips in batches of 8


def run(sections, shard_folder, out, driver=None):
    """Run the stage to its end; return its status and what it printed."""
    done = subprocess.run(**stage(sections, shard_folder, out, driver), capture_output=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def status_of(run_id):
    return tracking.client().get_run(run_id).info.status


def settled(run_id):
    """Return the status of a run once it no longer says RUNNING: the process that watches a training needs a moment."""
    for _ in range(600):
        if status_of(run_id) != "RUNNING":
            break
        time.sleep(0.1)
    return status_of(run_id)


def same(one, other):
    return all((Path(one) / name).read_bytes() == (Path(other) / name).read_bytes() for name in ("weights.pt", "history.csv"))


def test_a_training_killed_at_every_kind_of_moment_ends_as_if_it_had_not_been(shard_folder, sections):
    sections = changed(sections, epochs=EPOCHS)
    assert run(sections, shard_folder, "whole")[0] == 0
    kills = [
        ("kill:step:1", -9, "KILLED"),  # before there is a checkpoint
        ("kill:step:3", -9, "KILLED"),  # in an epoch
        ("kill:validation:0", -9, "KILLED"),
        ("TERM:step:6", 143, "KILLED"),
        ("kill:checkpoint:2", -9, "KILLED"),  # while one is written
        ("USR1:step:11", 138, "KILLED"),
        ("TERM:validation:2", 143, "KILLED"),
    ]
    run_ids = set()
    for driver, returned, status in kills:
        code, output = run(sections, shard_folder, "network", driver)
        assert code == returned, output
        assert not Path("network").exists()
        (kept,) = Path("work/train").glob("*/run_id")
        run_ids.add(kept.read_text())
        assert settled(kept.read_text()) == status, driver
        assert (kept.parent / "stopped").is_file() == (returned > 0)
    code, output = run(sections, shard_folder, "network")
    assert code == 0, output
    assert "epoch 1/" not in output  # nor 2: the last kill was in the third
    assert "epoch 2/" not in output
    assert same("whole", "network")
    assert {(Path("network") / "run_id").read_text()} == run_ids
    assert status_of(run_ids.pop()) == "FINISHED"
    assert not Path("work/train").exists()


def seen(folder):
    """Return the clips of each step, a list for each process that recorded some."""
    steps = {}
    for file in Path(folder).glob("*.jsonl"):
        mine = {}
        for step, numbers in map(json.loads, file.read_text().splitlines()):
            mine.setdefault(step, []).append(numbers)
        for step, parts in mine.items():
            steps.setdefault(step, []).append(sorted(np.concatenate(parts).tolist()))
    return steps


def expected(epochs):
    batches = [batch for epoch in range(epochs) for batch in train_batches(44, 8, 1, epoch)]
    return [sorted(batch.tolist()) for batch in batches]


def test_a_training_goes_on_with_two_processes_and_workers_in_the_middle_of_an_epoch(shard_folder, sections):
    for name in ("one", "two"):
        Path(name).mkdir()
    sections = changed(sections, epochs=2)
    code, output = run(sections, shard_folder, "network", "TERM:step:6,record:one")
    assert code == 143, output
    code, output = run(changed(sections, devices=2, strategy="ddp", workers=1), shard_folder, "network", "record:two")
    assert code == 0, output
    first, rest = seen("one"), seen("two")
    assert sorted(first) == list(range(7))  # the signal came in step 6, which was finished and kept
    assert sorted(rest) == list(range(7, 10))
    assert {len(parts) for parts in rest.values()} == {2}
    together = [sorted(clip for part in parts for clip in part) for _, parts in sorted((first | rest).items())]
    assert together == expected(2)
    assert [row["epoch"] for row in rows_of("network")] == ["1", "2"]


def test_a_changed_param_starts_anew(shard_folder, sections):
    Path("anew").mkdir()
    code, output = run(sections, shard_folder, "network", "TERM:step:6")
    assert code == 143, output
    (kept,) = Path("work/train").glob("*/run_id")
    first = kept.read_text()
    code, output = run(changed(sections, weight_decay=0.02), shard_folder, "network", "record:anew")
    assert code == 0, output
    assert sorted(seen("anew")) == list(range(10))
    assert Path("network/run_id").read_text() != first
    assert status_of(first) == "KILLED"


PLAIN = network_of("conv1", "pool1")  # no batch normalisation: it would take each process's statistics


@pytest.mark.parametrize("other_clips", ["null_class", "masked"])
def test_the_gradient_of_a_step_is_that_of_one_process(shard_folder, sections, other_clips):
    """Also where a process has no clip of a task: two processes of one clip each."""
    sections = changed(sections, precision="64-true", other_clips=other_clips, gradient_clip=0.0, batch_size=2, epochs=1, fast_dev_run=3)
    sections |= {"network": PLAIN}
    for name, devices, accumulate in (("one", 1, 1), ("two", 2, 1), ("parts", 1, 2)):
        chosen = changed(sections, devices=devices, strategy="ddp" if devices > 1 else "auto", accumulate=accumulate)
        code, output = run(chosen, shard_folder, name, f"gradient:{name}.pt")
        assert code == 0, output
    one, two, parts = (torch.load(f"{name}.pt") for name in ("one", "two", "parts"))
    assert len(one) == 6  # weight and bias of the convolution and of two readouts
    for a, b, c in zip(one, two, parts, strict=True):
        assert a.dtype == torch.float64
        assert a.abs().max() > 1e-6
        torch.testing.assert_close(b, a, rtol=1e-6, atol=1e-12)
        torch.testing.assert_close(c, a, rtol=1e-6, atol=1e-12)


def test_two_processes_train_and_measure_as_one_does(shard_folder, sections):
    """The same batches and gradients; validation is the same to the bit while the weights are."""
    sections = changed(sections, epochs=2) | {"network": PLAIN}
    assert run(sections, shard_folder, "one")[0] == 0
    code, output = run(changed(sections, devices=2, strategy="ddp"), shard_folder, "two")
    assert code == 0, output
    assert output.count("was best, validation accuracy") == 1
    for one, two in zip(rows_of("one"), rows_of("two"), strict=True):
        assert one["step"] == two["step"]
        for name in one.keys() - {"step", "epoch"}:
            assert float(two[name]) == pytest.approx(float(one[name]), rel=1e-4), name
    runs = tracking.client().search_runs([tracking.client().get_experiment_by_name("heschl").experiment_id])
    assert len(runs) == 2  # one for each training, none for the helper
    assert {run.info.status for run in runs} == {"FINISHED"}


@pytest.fixture(scope="module")
def awkward(tmp_path_factory, corpus, sound, mixture_params):
    """1003 validation clips in seven shards."""
    draw = replace(mixture_params.validation, clips={"word": 503, "genre": 500})
    table = mixtures.table(corpus[1], corpus[0], ("word", "genre"), replace(mixture_params, validation=draw), sound)
    folder = tmp_path_factory.mktemp("awkward")
    index = shards.write(table, corpus[0], folder, ("word", "genre"), sound, ShardParams(clips=150), {})
    assert (index["splits"]["validation"]["clips"], len(index["splits"]["validation"]["shards"])) == (1003, 7)
    return folder


def test_validation_is_the_same_to_the_bit_for_one_and_two_processes(awkward, sections):
    """Of the same weights: the rate is too small to change any."""
    sections = changed(sections, epochs=1, learning_rate=1e-30, weight_decay=0.0) | {"network": PLAIN}
    for name, devices in (("one", 1), ("two", 2)):
        code, output = run(changed(sections, devices=devices, strategy="ddp" if devices > 1 else "auto"), awkward, name)
        assert code == 0, output
    (one,), (two,) = rows_of("one"), rows_of("two")
    measured = [name for name in one if name.startswith("validation")]
    assert len(measured) == 5
    assert {name: one[name] for name in measured} == {name: two[name] for name in measured}
