"""One training shared by two processes, or compiled: the same gradients, the same measures."""

from dataclasses import replace

import pytest
import torch

from heschl import tracking
from heschl.shards.write import ShardParams, write_shards
from tests.helpers.mixtures import draw_mixtures, saved
from tests.helpers.trainings import changed, network_of, rows_of, run

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("store")]
PLAIN = network_of("conv1", "pool1")  # no batch normalization: its statistics would be those of each process


@pytest.mark.parametrize("other_clips", ["null_class", "masked"])
def test_the_gradient_of_a_step_is_that_of_one_process(shard_folder, sections, other_clips):
    """Also where a process has no clip of a task: two processes of one clip each."""
    sections = changed(
        sections,
        precision="64-true",
        other_clips=other_clips,
        gradient_clip=0.0,
        batch_size=2,
        epochs=1,
        fast_dev_run=3,
    )
    sections |= {"network": PLAIN}
    for name, devices, accumulate in (("one", 1, 1), ("two", 2, 1), ("parts", 1, 2)):
        chosen = changed(
            sections, devices=devices, strategy="ddp" if devices > 1 else "auto", accumulate=accumulate
        )
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
    table = draw_mixtures(
        corpus[1], corpus[0], ("word", "genre"), replace(mixture_params, validation=draw), sound
    )
    folder = tmp_path_factory.mktemp("awkward")
    index = write_shards(
        saved(table),
        corpus[0],
        folder,
        ("word", "genre"),
        sound,
        ShardParams(clips=150, remix=False, store=None),
        {},
    )
    assert (index["splits"]["validation"]["clips"], len(index["splits"]["validation"]["shards"])) == (1003, 7)
    return folder


def test_validation_is_the_same_to_the_bit_for_one_and_two_processes(awkward, sections):
    """Of the same weights: the rate is too small to change any."""
    sections = changed(sections, epochs=1, learning_rate=1e-30, weight_decay=0.0) | {"network": PLAIN}
    for name, devices in (("one", 1), ("two", 2)):
        code, output = run(
            changed(sections, devices=devices, strategy="ddp" if devices > 1 else "auto"), awkward, name
        )
        assert code == 0, output
    (one,), (two,) = rows_of("one"), rows_of("two")
    measured = [name for name in one if name.startswith("validation")]
    assert len(measured) == 5
    assert {name: one[name] for name in measured} == {name: two[name] for name in measured}


def test_a_compiled_network_learns_the_same(shard_folder, sections):
    for name, compiled in (("plain", False), ("compiled", True)):
        code, output = run(
            changed(sections, compile=compiled, epochs=1) | {"network": PLAIN}, shard_folder, name
        )
        assert code == 0, output
    (one,), (two,) = rows_of("plain"), rows_of("compiled")
    for name in one.keys() - {"step", "epoch"}:
        assert float(two[name]) == pytest.approx(float(one[name]), rel=1e-3), name
    assert torch.load("plain/weights.pt").keys() == torch.load("compiled/weights.pt").keys()
