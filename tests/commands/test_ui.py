import os
import sys

import pytest

from heschl import tracking
from heschl.commands import main


def test_the_server_is_started_on_this_machine_alone(monkeypatch, capsys, store):
    started = []
    monkeypatch.setattr(os, "execvpe", lambda name, command, environment: started.append(command))
    monkeypatch.setattr(sys, "argv", ["heschl", "ui", "5001"])
    main.main()
    ((*command,),) = started
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert command[command.index("--port") + 1] == "5001"
    assert "http://127.0.0.1:5001\n" in capsys.readouterr().out  # there is no experiment yet


def test_the_printed_address_is_that_of_the_table_of_runs(monkeypatch, capsys, store):
    identity = tracking.experiment_id(tracking.client())
    monkeypatch.setattr(os, "execvpe", lambda name, command, environment: None)
    monkeypatch.setattr(sys, "argv", ["heschl", "ui"])
    main.main()
    page = f"http://127.0.0.1:5000/#/experiments/{identity}/runs?workflowType=machine_learning"
    assert f" {page}\n" in capsys.readouterr().out


def test_a_tracking_server_has_its_own_ui(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://me:secret@lab.example/mlflow")
    monkeypatch.setattr(sys, "argv", ["heschl", "ui"])
    with pytest.raises(SystemExit, match=r"MLFLOW_TRACKING_URI is https://lab.example/mlflow, a server"):
        main.main()
