from dataclasses import replace

import numpy as np
import pytest
import soundfile
import torch

from heschl import tables
from heschl.network.attack import sizes
from heschl.network.hearing import Hearing, HearingParams
from heschl.robustness import output, run
from heschl.robustness.columns import ACCURACY, HEARD, ROWS, SOUNDS
from heschl.robustness.measure import change, untouched
from heschl.robustness.params import Attack, RobustnessParams
from heschl.shards.read import Shards
from tests.helpers.trainings import EAR, network_of, shard_folder

__all__ = ["shard_folder"]
PARAMS = RobustnessParams(
    seed=1, clips=2, attacks=[Attack("waveform", "l2", [0.01, 5.0]), Attack("cochleagram", "linf", [0.5])],
    steps=20, rate=0.2, restarts=2, batch_size=2, resamples=50, confidence=0.95,
)  # fmt: skip


@pytest.fixture
def test(shard_folder):
    return Shards.open(shard_folder, "test")


@pytest.fixture
def hearing(test, sound):
    torch.manual_seed(1)
    params = HearingParams(sound, EAR, network_of("conv1", "norm1", "pool1"))
    return Hearing(params, test.labels).eval()


@pytest.fixture
def clips(hearing, test):
    return run.clips_of(hearing, test, PARAMS, "cpu")


@pytest.fixture
def kept(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def test_clean_clips_of_each_task_are_drawn(hearing, test, clips):
    rows = {(row := test.record(number))["key"]: row for number in range(len(test))}
    assert [own.task for own in clips] == list(hearing.labels)
    for own in clips:
        assert [rows[key]["background"] for key in own.keys] == ["clean"] * 2
        assert [hearing.labels[own.task][number] for number in own.truth] == [
            rows[key][own.task] for key in own.keys
        ]
    with pytest.raises(run.RobustnessError, match=r"clips is 99; the test has \d clean clips of word"):
        run.clips_of(hearing, test, replace(PARAMS, clips=99), "cpu")


def test_changes_have_their_size_and_do_not_depend_on_the_batch(hearing, clips):
    for kind in PARAMS.attacks:
        for epsilon in kind.epsilons[:1]:
            params = replace(PARAMS, steps=2)  # more would enlarge the last digits, in which batches differ
            both = change(hearing, clips[0], kind, epsilon, params)
            alone = change(hearing, clips[0], kind, epsilon, replace(params, batch_size=1))
            before = clips[0].waveform if kind.input == "waveform" else hearing.cochleagram(clips[0].waveform)
            for one, other in zip(both, alone, strict=True):
                assert (sizes(one.inputs - before, kind.norm) <= epsilon * 1.001).all()
                torch.testing.assert_close(one.inputs, other.inputs, rtol=1e-3, atol=1e-3)
            torch.testing.assert_close(
                sizes(both[1].inputs - before, kind.norm), torch.full((2,), epsilon), rtol=1e-3, atol=0
            )


def test_an_adversary_does_more_than_noise(tmp_path, kept, hearing, clips):
    table, heard = run.run(hearing, clips, PARAMS, tmp_path, kept)
    assert len(table) == 2 * (1 + 2 * 3)
    clean = table[table.change == "none"].set_index("task").accuracy
    for own in clips:
        right = (untouched(hearing, own, 1) == own.truth).float().mean().item()
        assert clean[own.task] == pytest.approx(right)
    strong = table[(table.input == "waveform") & (table.epsilon == 5)]
    weak = table[(table.input == "waveform") & (table.epsilon == 0.01)]
    assert strong[strong.change == "adversary"].accuracy.sum() < clean.sum()
    assert (weak[weak.change == "noise"].accuracy.to_numpy() == clean.to_numpy()).all()
    assert (table.accuracy_low <= table.accuracy).all()
    assert (table.accuracy <= table.accuracy_high).all()
    assert weak.snr_db.min() > strong.snr_db.max()
    fooled = strong[strong.change == "adversary"].set_index("task").accuracy < clean
    assert set(heard.task) >= set(fooled.index[fooled])
    for row in heard.itertuples():
        assert row.answer != row.label
        natural, rate = soundfile.read(tmp_path / row.natural_file, dtype="float32")
        changed, _ = soundfile.read(tmp_path / row.file, dtype="float32")
        assert rate == hearing.sound.sample_rate
        own = next(each for each in clips if each.task == row.task)
        np.testing.assert_allclose(natural, own.waveform[own.keys.index(row.key)], atol=1e-4)
        assert not np.array_equal(natural, changed)


def test_files(tmp_path, kept, hearing, clips):
    table, heard = run.run(hearing, clips, PARAMS, tmp_path, kept)
    output.write(tmp_path, table, heard, {"network": "models/network"})
    assert len(tables.read_csv(tmp_path / ACCURACY, ROWS)) == len(table)
    assert len(tables.read_csv(tmp_path / SOUNDS, HEARD)) == len(heard)
    assert len(output.lines(table)) == 4
    assert "robustness.word_waveform_l2_5_adversary" in output.headlines(table)


def test_an_interrupted_run_resumes(tmp_path, kept, hearing, clips, monkeypatch):
    whole, heard = run.run(hearing, clips, PARAMS, tmp_path, kept)
    (tmp_path / "again").mkdir()
    made, left = run.outcome, iter(range(3))

    def killed(*given):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return made(*given)

    monkeypatch.setattr(run, "outcome", killed)
    with pytest.raises(KeyboardInterrupt):
        run.run(hearing, clips, PARAMS, tmp_path, tmp_path / "again")
    assert len(list((tmp_path / "again").iterdir())) == 3  # nothing half-written
    left = iter(range(3))
    table, heard_again = run.run(hearing, clips, PARAMS, tmp_path, tmp_path / "again")
    assert table.equals(whole)
    assert heard_again.equals(heard)
    assert next(left, None) is None  # of six, three were made again
