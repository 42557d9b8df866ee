import contextlib
import http.client
import os
import shutil
import threading

import pytest

from pipeline.listeners import COLUMNS
from pipeline.listening import experiment, modules
from pipeline.listening.design import ListenError
from pipeline.listening.experiment import RESULTS
from pipeline.listening.server import LARGEST, Server, TableError, save
from tests.listening import PARAMS, grid_of

ROW = b"p1,test-0000001,clean,,word,harbor,1\n"
TABLE = ",".join(COLUMNS).encode() + b"\n" + ROW


@pytest.fixture(scope="module")
def built(tmp_path_factory, corpus, sound, mixture_params):
    out = tmp_path_factory.mktemp("served") / "results" / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(modules, "jspsych", lambda: "// jsPsych\n")
        experiment.build(grid_of(corpus, sound, mixture_params, tmp_path_factory.mktemp("grid")), out, PARAMS)
    return out


@pytest.fixture
def served(built):
    shutil.rmtree(built / RESULTS, ignore_errors=True)
    with Server(built, 0) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def ask(server, method, path, body=None, **headers):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)) as connection:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_the_server_gives_the_page_a_place_to_post_to_and_its_files_alone(served):
    status, page = ask(served, "GET", "/?participant=x")
    assert status == 200
    assert b'data-post="results"' in page
    assert ask(served, "GET", "/style.css")[0] == 200
    save(TABLE, served.folder / "results")
    for path in ("/results/p1.csv", "/results/", "/clips/", "/%2e%2e/secret", "/nothing", "/results%2Fp1.csv", "/clips/../results/p1.csv"):
        assert ask(served, "GET", path)[0] == 404, path
    assert ask(served, "GET", "/", Host="evil.example")[0] == 403
    assert served.server_address[0] == "127.0.0.1"


def test_a_table_from_the_page_is_saved_and_never_overwritten(served):
    origin = f"http://127.0.0.1:{served.server_port}"
    assert ask(served, "POST", "/results", TABLE, Origin=origin) == (201, b"p1.csv\n")
    assert ask(served, "POST", "/results", TABLE, Origin=origin) == (201, b"p1.csv\n")  # sent twice, saved once
    assert ask(served, "POST", "/results", TABLE + ROW.replace(b"1,test", b"1,test2"), Origin=origin) == (201, b"p1-2.csv\n")
    assert sorted(os.listdir(served.folder / "results")) == ["p1-2.csv", "p1.csv"]
    assert (served.folder / "results/p1.csv").read_bytes() == TABLE


@pytest.mark.parametrize(
    ("body", "headers", "status", "message"),
    [
        (TABLE, {"Origin": "http://evil.example"}, 403, "from the page itself"),
        (TABLE, {"Origin": "null"}, 403, "from the page itself"),
        (TABLE, {}, 403, "from the page itself"),
        (b"x" * (LARGEST + 1), None, 413, "at most 1000000 bytes"),
        (b"a,b\n1,2\n", None, 400, "expected participant,clip"),
        (TABLE + b"p1,c,clean\n", None, 400, "row 3: expected 7 values"),
        (TABLE.replace(b",1\n", b",yes\n"), None, 400, "the last is 0 or 1"),
        (TABLE.split(b"\n")[0] + b"\n", None, 400, "row 2"),
        (TABLE.replace(b"p1", b"../p1"), None, 400, "participant '../p1'"),
        (TABLE + ROW.replace(b"p1", b"p2"), None, 400, "expected one"),
        (b"\xff\xfe", None, 400, "no csv table"),
        (b"", None, 400, "no csv table"),
    ],
)
def test_what_is_no_table_of_the_page_is_refused(served, body, headers, status, message):
    headers = {"Origin": f"http://127.0.0.1:{served.server_port}"} if headers is None else headers
    try:
        got = ask(served, "POST", "/results", body, **headers)
    except (BrokenPipeError, ConnectionResetError):  # it does not read what is too large
        assert status == 413
    else:
        assert got[0] == status
        assert message in got[1].decode()
    assert not (served.folder / "results").exists()


def test_a_port_in_use_is_said(served):
    with pytest.raises(ListenError, match=r"port \d+ of 127.0.0.1 cannot be used .* --serve PORT"):
        Server(served.folder, served.server_port)


def test_a_thousand_tables_of_one_name_are_enough(tmp_path):
    for number in range(1, 1000):
        (tmp_path / ("p1.csv" if number == 1 else f"p1-{number}.csv")).touch()
    with pytest.raises(TableError, match="999 tables of 'p1'"):
        save(TABLE, tmp_path)
