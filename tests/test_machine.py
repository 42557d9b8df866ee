"""The device that follows from the machine's accelerator."""

from dataclasses import replace

import pytest
import torch

from heschl.machine import BF16_ON_CPU, device_of, has_bf16, load_machine
from tests.helpers.trainings import MACHINE


@pytest.mark.parametrize(
    ("accelerator", "gpu", "mps", "device"),
    [
        ("auto", True, False, "cuda"),
        ("auto", False, False, "cpu"),
        ("auto", True, True, "cuda"),
        ("auto", False, True, "mps"),
        ("cpu", True, True, "cpu"),
        ("gpu", True, False, "cuda"),
        ("mps", False, True, "mps"),
    ],
)
def test_device_follows_from_the_accelerator(monkeypatch, accelerator, gpu, mps, device):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert device_of(replace(MACHINE, accelerator=accelerator)) == device
    assert device_of(None) == ("cuda" if gpu else "mps" if mps else "cpu")


@pytest.mark.parametrize("accelerator", ["gpu", "mps"])
def test_a_missing_accelerator_is_an_error(monkeypatch, accelerator):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ValueError, match=rf"machine\.accelerator is {accelerator}, but PyTorch finds none"):
        device_of(replace(MACHINE, accelerator=accelerator))


def test_environment_overrides_the_section(monkeypatch):
    monkeypatch.setenv("HESCHL_MACHINE", "{accelerator: cpu, devices: 3}")
    machine = load_machine()
    assert (machine.accelerator, machine.devices) == ("cpu", 3)
    assert device_of(machine) == "cpu"


def test_a_new_gpu_multiplies_in_bfloat16(monkeypatch):
    for there in (True, False):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation, there=there: there)
        assert has_bf16("cuda") is there
    assert not has_bf16("mps")


@pytest.mark.parametrize(("avx512", "amx"), [(True, False), (False, True), (False, False)])
def test_a_processor_multiplies_in_bfloat16_by_either_extension(monkeypatch, avx512, amx):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx512)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    assert has_bf16("cpu") is (avx512 or amx)


def test_a_version_of_torch_without_the_question_has_float32(monkeypatch):
    for name in BF16_ON_CPU:
        monkeypatch.delattr(torch.cpu, name)
    assert not has_bf16("cpu")
