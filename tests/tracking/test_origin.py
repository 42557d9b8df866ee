"""A run says when, on what and from which commit it was trained."""

import pytest

from heschl import machine, tracking
from heschl.tracking.origin import COMMIT, DEVICE, DIRTY


def test_origin_is_what_the_run_records(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/runs.db")
    client = tracking.client()
    tags = {COMMIT: "be7ca3f", DIRTY: "true", DEVICE: "AMD EPYC"}
    run = client.create_run(client.create_experiment("any"), start_time=1000, tags=tags).info.run_id
    client.set_terminated(run, "FINISHED", end_time=157_000)
    assert tracking.origin_of(run) == (1000, 156.0, "be7ca3f", True, "AMD EPYC")
    assert tracking.origin_of("0" * 32) is None


def test_the_processor_has_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "CPUINFO", tmp_path / "cpuinfo")
    machine.CPUINFO.write_text("processor : 0\nmodel name\t: Some CPU @ 2 GHz\n")
    assert machine.device_name("cpu") == "Some CPU @ 2 GHz"
    if not machine.torch.cuda.is_available():
        with pytest.raises(ValueError, match="PyTorch finds none"):
            machine.device_name("gpu")
