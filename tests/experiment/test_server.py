import contextlib
import errno
import http.client
import json
import os
import shutil
import socket
import threading
from pathlib import Path

import pytest

from heschl.experiment import build, jspsych, results
from heschl.experiment.design import ExperimentError
from heschl.experiment.folder import RESULTS
from heschl.experiment.results import next_list, save
from heschl.experiment.server import LARGEST, Handler, Server
from tests.helpers.listening import PARAMS, RECORDED, ROW, TABLE


@pytest.fixture(scope="module")
def built(tmp_path_factory, opened):
    out = tmp_path_factory.mktemp("served") / "results" / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jspsych, "jspsych", lambda: "// jsPsych\n")
        build.build(opened, out, PARAMS)
    return out


@pytest.fixture
def served(built):
    shutil.rmtree(built / RESULTS, ignore_errors=True)
    with Server(built, 0) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def ask(server, method, path, body=None, **headers):
    with contextlib.closing(
        http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    ) as connection:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_server_sends_only_files_of_the_page_and_tells_it_where_to_post(served):
    status, page = ask(served, "GET", "/?participant=x")
    assert status == 200
    assert b'data-post="results"' in page
    assert ask(served, "GET", "/style.css")[0] == 200
    save(TABLE, served.folder / "results")
    for path in (
        "/results/p1.csv",
        "/results/",
        "/clips/",
        "/%2e%2e/secret",
        "/nothing",
        "/results%2Fp1.csv",
        "/clips/../results/p1.csv",
    ):
        assert ask(served, "GET", path)[0] == 404, path
    for folder in ("Results", "results-pilot"):
        shutil.copytree(served.folder / "results", served.folder / folder)
        assert ask(served, "GET", f"/{folder}/p1.csv")[0] == 404
        shutil.rmtree(served.folder / folder)
    assert ask(served, "GET", "/", Host="evil.example")[0] == 403
    assert served.server_address[0] == "127.0.0.1"


def test_head_has_no_body(served):
    with socket.create_connection(served.server_address, timeout=10) as connection:
        connection.sendall(b"HEAD /style.css HTTP/1.0\r\nHost: %s\r\n\r\n" % served.names[0].encode())
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    assert b"200 OK" in head
    assert body == b""


def test_table_from_the_page_is_saved_and_never_overwritten(served):
    origin = f"http://127.0.0.1:{served.server_port}"
    assert ask(served, "POST", "/results", TABLE, Origin=origin) == (201, b"p1.csv\n")
    assert ask(served, "POST", "/results", TABLE, Origin=origin) == (
        201,
        b"p1.csv\n",
    )  # sent twice, saved once
    assert ask(served, "POST", "/results", TABLE + ROW.replace(b"1,test", b"1,test2"), Origin=origin) == (
        201,
        b"p1-2.csv\n",
    )
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
        (TABLE + b"p1,c,clean\n", None, 400, "row 3: expected 12 values"),
        (TABLE.replace(b"harbor,1", b"harbor,yes"), None, 400, "the one of `correct` 0 or 1"),
        (TABLE.split(b"\n")[0] + b"\n", None, 400, "row 2"),
        (TABLE.replace(b"p1", b"../p1"), None, 400, "participant '../p1'"),
        (TABLE + ROW.replace(b"p1", b"p2"), None, 400, "expected one name"),
        (b"\xff\xfe", None, 400, "not a csv table"),
        (b"", None, 400, "not a csv table"),
    ],
)
def test_other_tables_are_refused(served, body, headers, status, message):
    headers = {"Origin": f"http://127.0.0.1:{served.server_port}"} if headers is None else headers
    try:
        got = ask(served, "POST", "/results", body, **headers)
    except (BrokenPipeError, ConnectionResetError):  # a body that is too large is not read
        assert status == 413
    else:
        assert got[0] == status
        assert message in got[1].decode()
    assert not (served.folder / "results").exists()


def test_port_in_use_is_named(served):
    with pytest.raises(ExperimentError, match=r"port \d+ of 127.0.0.1 cannot be used .* --serve PORT"):
        Server(served.folder, served.server_port)


@pytest.mark.parametrize(("number", "status"), [(errno.ENOSPC, 507), (errno.EIO, 500)])
def test_failed_write_leaves_no_file_and_can_be_repeated(served, monkeypatch, number, status):
    class Full:
        def __init__(self, path, mode):
            self.file = Path(path).open(mode)  # noqa: SIM115

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def write(self, content):
            self.file.write(content[:60])
            raise OSError(number, os.strerror(number))

    origin = f"http://127.0.0.1:{served.server_port}"
    with monkeypatch.context() as patch:
        patch.setattr(results, "open", Full, raising=False)
        got = ask(served, "POST", "/results", TABLE, Origin=origin)
    assert got == (status, f"the table could not be saved ({os.strerror(number)}): download it\n".encode())
    assert os.listdir(served.folder / "results") == []
    assert ask(served, "POST", "/results", TABLE, Origin=origin) == (201, b"p1.csv\n")


def test_truncated_table_is_refused(served):
    with socket.create_connection(served.server_address, timeout=10) as connection:
        host = served.names[0]
        head = (
            f"POST /results HTTP/1.0\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Length: 999\r\n\r\n"
        )
        connection.sendall(head.encode() + TABLE)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").read()
    assert b" 400 " in answer.splitlines()[0]
    assert f"received {len(TABLE)} of 999 bytes".encode() in answer
    assert not (served.folder / "results").exists()


def test_a_hundred_tables_at_once_are_all_saved(served):
    origin = f"http://127.0.0.1:{served.server_port}"
    start, failed = threading.Barrier(100), []

    def send(number):
        table = TABLE.replace(b"p1", b"p%d" % number)
        start.wait()
        try:
            assert ask(served, "POST", "/results", table, Origin=origin) == (201, b"p%d.csv\n" % number)
        except (AssertionError, OSError) as error:
            failed.append(error)

    senders = [threading.Thread(target=send, args=(number,)) for number in range(100)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert failed == []
    assert len(os.listdir(served.folder / RESULTS)) == 100


def test_connections_wait_to_be_accepted(built):
    """More than the 5 of Python's default, while the server is busy."""
    with Server(built, 0) as busy, contextlib.ExitStack() as open_ones:  # it accepts nothing yet
        for _ in range(100):
            open_ones.enter_context(socket.create_connection(busy.server_address, timeout=5))


HEAD = b"POST /results HTTP/1.0\r\nHost: %(host)s\r\nOrigin: http://%(host)s\r\nContent-Length: 99\r\n\r\n"


@pytest.mark.parametrize(("sent", "answer"), [(b"", b""), (HEAD[:30], b""), (HEAD + b"p", b" 408 ")])
def test_a_connection_that_falls_silent_is_closed(served, monkeypatch, sent, answer):
    monkeypatch.setattr(Handler, "timeout", 0.2)
    with socket.create_connection(served.server_address, timeout=10) as connection:
        connection.sendall(sent.replace(b"%(host)s", served.names[0].encode()))
        assert answer in connection.makefile("rb").read()  # ends when the server closes
    assert not (served.folder / RESULTS).exists()


def test_an_empty_response_is_an_answer(served):
    origin = f"http://127.0.0.1:{served.server_port}"
    table = TABLE.replace(b"harbor,1", b",0")
    assert ask(served, "POST", "/results", table, Origin=origin) == (201, b"p1.csv\n")


def test_next_participant_gets_the_list_presented_least(served):
    data = json.loads(
        (served.folder / "data.js").read_text().removeprefix("const EXPERIMENT = ").removesuffix(";\n")
    )

    def take(participant, number):
        clips = [
            item
            for block in data["sessions"][number - 1]["blocks"]
            for item in block["items"]
            if isinstance(item, str)
        ]
        rows = ["attention-1,clean,,attention,3,1", *(f"{clip},clean,,word,harbor,1" for clip in clips)]
        lines = [f"{participant},{row}".encode() + RECORDED for row in rows]
        save(TABLE.splitlines(keepends=True)[0] + b"".join(lines), served.folder / RESULTS)

    def offered():
        return ask(served, "GET", "/")[1].partition(b'data-session="')[2].partition(b'"')[0]

    assert offered() == b"1"
    save(TABLE.replace(b"test-0000001", b"headphones-1"), served.folder / RESULTS)  # belongs to no list
    assert offered() == b"1"
    for participant, heard, following in (
        ("a", 1, b"2"),
        ("b", 2, b"1"),
        ("c", 2, b"1"),
        ("d", 1, b"1"),
        ("e", 1, b"2"),
    ):
        take(participant, heard)
        assert offered() == following
    (served.folder / RESULTS / "edited.csv").write_bytes(b"\xff\xfe\x00\n\n,,")
    assert next_list(served.folder) == 2
