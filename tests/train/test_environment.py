"""How the processes of a training find each other, and how they end if one is lost."""

import socket
from types import SimpleNamespace

import pytest

from heschl.train.environment import LocalEnvironment, agree, environment, loopback, together
from heschl.train.learner import TrainingError
from tests.helpers.trainings import MACHINE

ONE = SimpleNamespace(world_size=1, global_rank=0)
SECOND = SimpleNamespace(world_size=2, global_rank=1)


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    for name in ("MASTER_ADDR", "MASTER_PORT", "LOCAL_RANK", "SLURM_JOB_ID", "TORCHELASTIC_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "")


def test_the_first_process_holds_its_port_before_it_starts_the_others(monkeypatch):
    monkeypatch.setenv("MASTER_ADDR", "node17.of.an.earlier.job")
    (local,) = environment(MACHINE)
    assert isinstance(local, LocalEnvironment)
    assert local.main_address == "127.0.0.1"
    with socket.create_connection(("127.0.0.1", local.main_port), timeout=10):
        pass
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", local.main_port))


def test_a_started_process_takes_the_port_that_it_is_given(monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setenv("MASTER_PORT", "4711")
    assert LocalEnvironment().main_port == 4711


def test_the_loopback_interface_has_its_address():
    assert loopback() in [name for _, name in socket.if_nameindex()]


def test_a_lost_process_is_named_with_the_remedy():
    said = r"process 2 of 2 lost the others .*Connection closed.*dvc repro"
    with pytest.raises(TrainingError, match=said), together(SECOND):
        raise RuntimeError("[/pytorch/gloo/tcp/pair.cc:534] Connection closed by peer [127.0.0.1]:4711")


@pytest.mark.parametrize(
    ("trainer", "text"), [(ONE, "gloo: timed out"), (SECOND, "mat1 and mat2 shapes cannot be multiplied")]
)
def test_other_errors_stay_as_they_are(trainer, text):
    with pytest.raises(RuntimeError, match=text) as raised, together(trainer):
        raise RuntimeError(text)
    assert raised.type is RuntimeError


def strategy(first, everyone):
    return SimpleNamespace(
        broadcast=lambda start: first, reduce_boolean_decision=lambda same: same and everyone
    )


@pytest.mark.parametrize(("mine", "everyone"), [("work/train/b", True), ("work/train/a", False)])
def test_processes_that_start_from_different_places_all_stop(mine, everyone):
    trainer = SimpleNamespace(world_size=2, global_rank=1, strategy=strategy("work/train/a", everyone))
    with pytest.raises(TrainingError, match="do not start from the same place: the first from work/train/a"):
        agree(trainer, mine)


def test_processes_that_start_from_one_place_go_ahead():
    agree(SimpleNamespace(strategy=strategy("work/train/a", True)), "work/train/a")
