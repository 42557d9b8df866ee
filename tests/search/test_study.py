"""The engine of a search: workers that are killed at any moment leave the table of an undisturbed one."""

import contextlib
import multiprocessing
import random
import shutil
import time

import pytest
from optuna.trial import TrialState

from heschl.search.results import rows
from heschl.search.study import SearchError
from tests.helpers import searching

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.helpers.searching"])


def worker(*arguments):
    """Return a process that works on a search."""
    process = FORKS.Process(target=searching.worker, args=arguments)
    process.start()
    return process


def statuses(processes):
    """Wait for processes; return their statuses."""
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def table(folder, sampler="random", url=None):
    """Return the rows of a finished search."""
    with contextlib.closing(searching.study(folder, sampler, url)) as search:
        assert search.over()
        return rows(search.trials(), ("word", "genre"), search)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Return the tables of one worker that was not disturbed, for each sampler."""
    found = {}
    for sampler in ("random", "quasi_random", "tpe"):
        folder = tmp_path_factory.mktemp(sampler) / "search"
        searching.work(searching.study(folder, sampler))
        found[sampler] = table(folder, sampler)
    return found


def test_a_search_ends_with_its_trials(undisturbed):
    for sampler, found in undisturbed.items():
        states = [row["state"] for row in found]
        assert len(found) - states.count("not trained") == searching.TRIALS, sampler
        assert {"complete", "stopped", "not trained"} <= set(states) <= {
            "complete", "stopped", "not trained", "failed",
        }  # fmt: skip
        assert all(row["reason"] == "too large" for row in found if row["state"] == "not trained")
        assert all(row["epochs"] == 4 for row in found if row["state"] == "complete")


@pytest.mark.parametrize(("objective", "names"), [("front", ["word", "genre"]), ("mean", ["mean"])])
def test_optunas_dashboard_is_told_the_names_of_the_objectives(tmp_path, objective, names):
    with contextlib.closing(searching.study(tmp_path, objective=objective)):
        pass
    with contextlib.closing(searching.study(tmp_path, objective=objective)) as again:
        assert again.study.metric_names == names


def test_half_of_a_rung_goes_on(undisturbed):
    failures = 0
    for sampler in ("random", "quasi_random"):
        rows = [row for row in undisturbed[sampler] if row["state"] != "not trained"]
        failures += sum(row["state"] == "failed" for row in rows)
        for before in (1, 2):
            there = [row for row in rows if row["epochs"] >= before]
            stopped = [row for row in there if row["epochs"] == before and row["state"] == "stopped"]
            assert len(stopped) == len(there) // 2  # the others went on, or failed on the next rung
    assert failures  # some fail


def test_samplers_draw_different_networks(undisturbed):
    layers = {sampler: tuple(row["layers"] for row in found) for sampler, found in undisturbed.items()}
    assert len(set(layers.values())) == 3


@pytest.mark.parametrize("sampler", ["random", "quasi_random", "tpe"])
def test_twenty_kills_leave_the_undisturbed_table(tmp_path, undisturbed, sampler):
    folder, draw, kills, moved = tmp_path / "search", random.Random(5), 0, set()
    journal, longest = folder / "journal.log", 0.15
    while kills < 20:
        process = worker(folder, sampler)
        time.sleep(draw.uniform(0.0, longest))
        if process.is_alive():
            process.kill()
            kills += 1
        size = journal.stat().st_size if journal.exists() else 0  # a kill may come before there is one
        longest *= 1.2 if size in moved else 1.0  # a busy machine gets no further in that time
        moved.add(size)
        if statuses([process]) == [0]:  # it has finished: start over
            shutil.rmtree(folder)
    assert len(moved) > 5  # they were killed at different places
    assert statuses([worker(folder, sampler)]) == [0]
    assert table(folder, sampler) == undisturbed[sampler]


@pytest.mark.parametrize("count", [2, 4])
@pytest.mark.parametrize("sampler", ["random", "quasi_random"])
def test_workers_together_find_the_table_of_one(tmp_path, undisturbed, sampler, count):
    processes = [worker(tmp_path / "search", sampler) for _ in range(count)]
    assert statuses(processes) == [0] * count
    assert table(tmp_path / "search", sampler) == undisturbed[sampler]


def test_another_worker_takes_over_what_a_killed_one_left(tmp_path, undisturbed):
    folder = tmp_path / "search"
    processes = [worker(folder, "random") for _ in range(3)]
    while not (folder / "journal.log").is_file() or b"reached" not in (folder / "journal.log").read_bytes():
        time.sleep(0.005)
    processes[0].kill()
    assert statuses(processes[1:]) == [0, 0]
    processes[0].join()
    assert table(folder) == undisturbed["random"]


def test_a_trial_is_trained_by_one_worker_at_a_time(tmp_path):
    one, other = searching.study(tmp_path / "search"), searching.study(tmp_path / "search")
    with one.claimed() as first, other.claimed() as second:
        assert first.number != second.number
    with other.claimed() as again:
        assert again.number == first.number


def test_workers_wait_at_the_end_of_a_rung(tmp_path):
    one, other = (searching.study(tmp_path / "search", trials=2) for _ in range(2))
    with one.claimed() as first, other.claimed() as second:
        one.report(first, (0.5, 0.5))
        assert second.rung == 0
        with searching.study(tmp_path / "search", trials=2).claimed() as third:
            assert third is None
        other.report(second, (0.4, 0.4))
    with one.claimed() as third:
        assert (third.number, third.rung) == (first.number, 1)
    assert one.trials()[second.number].state == TrialState.PRUNED


def test_half_a_line_at_the_end_of_the_journal_is_cut(tmp_path, undisturbed):
    folder = tmp_path / "search"
    search = searching.study(folder)
    with search.claimed() as job:
        search.report(job, searching.scores(job))
    with open(folder / "journal.log", "ab") as file:
        file.write(b'{"op_code":5,"wor')
    searching.work(searching.study(folder))
    assert table(folder) == undisturbed["random"]


def test_half_a_line_is_cut_while_another_worker_lives(tmp_path, undisturbed):
    folder = tmp_path / "search"
    search = searching.study(folder)
    for _ in range(3):
        with search.claimed() as job:
            search.report(job, searching.scores(job))
        with open(folder / "journal.log", "ab") as file:
            file.write(b'{"op_code":5,"wor')  # of a worker that is killed within a write
    searching.work(search)
    assert table(folder) == undisturbed["random"]


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_a_journal_that_ends_anywhere_leads_to_the_same_table(tmp_path, undisturbed, sampler):
    folder = tmp_path / "search"
    searching.work(searching.study(folder, sampler))
    lines = (folder / "journal.log").read_bytes().splitlines(keepends=True)
    for count in range(1, len(lines), 5):
        shutil.rmtree(folder)
        folder.mkdir()
        (folder / "journal.log").write_bytes(b"".join(lines[:count]))
        searching.work(searching.study(folder, sampler))
        assert table(folder, sampler) == undisturbed[sampler], count


def test_a_trial_that_ends_its_workers_has_failed_in_the_end(tmp_path):
    search = searching.study(tmp_path / "search", trials=2)
    with search.claimed() as job:
        first = job.number
    for _ in range(4):
        with search.claimed() as job:
            assert job.number == first
    with search.claimed() as job:
        assert job.number != first
    trial = search.trials()[first]
    assert trial.state == TrialState.FAIL
    assert trial.user_attrs["reason"].startswith("5 workers ended while they trained it")


def test_a_trial_that_makes_progress_is_taken_again(tmp_path):
    search = searching.study(tmp_path / "search", trials=1)
    for number in range(12):
        with search.claimed() as job:
            job.work.mkdir(parents=True, exist_ok=True)
            (job.work / f"{number:09d}.ckpt").touch()
    with search.claimed() as job:
        assert job is not None


def test_what_a_killed_worker_left_of_an_ended_trial_is_removed(tmp_path):
    search, ended = searching.study(tmp_path / "search"), []
    with search.claimed() as job:
        job.work.mkdir(parents=True)
        search.fail(job, "it does not learn")  # by default nothing is removed: as if killed before it was
    searching.study(tmp_path / "search", ended=lambda study, number, reason: ended.append((number, reason)))
    assert ended == [(job.number, "it does not learn")]


def test_a_budget_that_nothing_fits_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(searching.Judge, "judge", lambda self, sections: (None, "9 parameters"))
    with pytest.raises(SearchError, match=r"none fits search\.budget; the last: 9 parameters"):
        searching.study(tmp_path / "search")


def test_postgresql_gives_the_table_of_the_journal(tmp_path, undisturbed, postgres):
    folder = tmp_path / "search"
    killed = worker(folder, "random", postgres)
    time.sleep(1.0)
    killed.kill()
    killed.join()
    assert statuses([worker(folder, "random", postgres) for _ in range(2)]) == [0, 0]
    assert not (folder / "journal.log").exists()
    assert table(folder, "random", postgres) == undisturbed["random"]
