"""`heschl search` and `heschl branch` as commands: workers, kills and bad params."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from heschl.params import plain
from tests.branch.test_experiment import ACTIVATIONS, BRANCH, DECODE
from tests.helpers.paths import CODE
from tests.retrain.test_experiment import BEST, RETRAIN
from tests.search.test_worker import SEARCH

LIMIT_S = 600
TABLES = [("search", "trials.csv"), ("retrain", "accuracy.csv"), ("branch", "accuracy.csv")]


@pytest.fixture
def values(sections, store):
    """All sections that the commands read, in params.yaml of this test's folder."""
    found = {name: plain(value) for name, value in sections.items()}
    evaluate = {"batch_size": 16, "null_answers": False}
    found |= {"tasks": ["word", "genre"], "evaluate": evaluate, "search": SEARCH, "branch": BRANCH}
    found |= {"decode": DECODE, "activations": ACTIVATIONS}
    found |= {"retrain": RETRAIN}
    Path("params.yaml").write_text(yaml.safe_dump(found))
    Path("best.yaml").write_text(yaml.safe_dump(BEST))
    return found


def start(*arguments):
    """Return the process of a command."""
    return subprocess.Popen(
        [sys.executable, "-m", "heschl.commands.main", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": CODE, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background ignore it
    )


def ended(process, status=0):
    """Wait for a command; return what it printed."""
    said, _ = process.communicate(timeout=LIMIT_S)
    assert process.returncode == status, said
    return said


@pytest.mark.slow
@pytest.mark.parametrize(("name", "table"), TABLES)
def test_killed_workers_and_more_of_them_give_the_same_table(values, shard_folder, name, table):
    said = ended(start(name, "--shards", shard_folder, "--workers", 1, "--out", "one"))
    assert "Tables: one" in said
    assert ", 0 have ended; about as much computation as " in said
    os.rename("work", "undisturbed")
    process = start(name, "--shards", shard_folder, "--workers", 2, "--out", "two")
    while not list(Path("work").rglob("*.ckpt")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    said = ended(start(name, "--shards", shard_folder, "--workers", 2, "--out", "two"))
    assert Path("two", table).read_text() == Path("one", table).read_text()
    assert len(list(Path("work", name).iterdir())) == 1  # all processes work in one folder
    before = time.time()
    ended(start(name, "--shards", shard_folder, "--out", "two"))  # there is nothing left to do
    assert not [path for path in Path("work").rglob("*.pt") if path.stat().st_mtime > before]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_workers_too(values, shard_folder, number):
    values["train"]["epochs"] = 1
    values["search"] = SEARCH | {"epochs": [200]}
    Path("params.yaml").write_text(yaml.safe_dump(values))
    process = start("search", "--shards", shard_folder, "--workers", 2)
    while not list(Path("work").rglob("*.ckpt")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    os.kill(process.pid, number)
    said = ended(process, 128 + number)
    assert "`heschl search` resumes" in said
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.parametrize(
    ("section", "change", "message"),
    [
        ("search", {"epochs": []}, "search.epochs is"),
        ("search", {"budget": {"parameters": 1, "macs": 1}}, "none fits search.budget"),
        ("branch", {"points": ["conv9"]}, "branch.points has 'conv9'"),
        ("retrain", {"networks": ["no.yaml"]}, "There is no preset 'no.yaml'"),
    ],
)
def test_bad_params_are_one_message(values, shard_folder, section, change, message):
    values[section] = values[section] | change
    Path("params.yaml").write_text(yaml.safe_dump(values))
    said = ended(start(section, "--shards", shard_folder), 1)
    assert message in said
    assert "Traceback" not in said


def test_shards_that_are_missing_are_named(values):
    said = ended(start("search", "--shards", "nowhere"), 1)
    assert "nowhere/index.json" in said
    assert "Traceback" not in said
    assert not Path("work").exists()
