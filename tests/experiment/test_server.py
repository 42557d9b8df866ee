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

from pipeline.behavior.listeners import COLUMNS
from pipeline.experiment import build, jspsych, server
from pipeline.experiment.build import RESULTS
from pipeline.experiment.design import ListenError
from pipeline.experiment.server import LARGEST, Server, TableError, least_heard, save
from tests.helpers.listening import PARAMS, grid_of

ROW = b"p1,test-0000001,clean,,word,harbor,1\n"
TABLE = ",".join(COLUMNS).encode() + b"\n" + ROW


@pytest.fixture(scope="module")
def built(tmp_path_factory, corpus, sound, mixture_params):
    out = tmp_path_factory.mktemp("served") / "results" / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jspsych, "jspsych", lambda: "// jsPsych\n")
        build.build(grid_of(corpus, sound, mixture_params, tmp_path_factory.mktemp("grid")), out, PARAMS)
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


def test_the_server_gives_the_page_a_place_to_post_to_and_its_files_alone(served):
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


def test_head_is_without_a_body(served):
    with socket.create_connection(served.server_address, timeout=10) as connection:
        connection.sendall(b"HEAD /style.css HTTP/1.0\r\nHost: %s\r\n\r\n" % served.names[0].encode())
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    assert b"200 OK" in head
    assert body == b""


def test_a_table_from_the_page_is_saved_and_never_overwritten(served):
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


@pytest.mark.parametrize(("number", "status"), [(errno.ENOSPC, 507), (errno.EIO, 500)])
def test_a_table_that_cannot_be_written_leaves_nothing_and_is_asked_for_again(
    served, monkeypatch, number, status
):
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
        patch.setattr(server, "open", Full, raising=False)
        got = ask(served, "POST", "/results", TABLE, Origin=origin)
    assert got == (status, f"the table could not be saved ({os.strerror(number)}): download it\n".encode())
    assert os.listdir(served.folder / "results") == []
    assert ask(served, "POST", "/results", TABLE, Origin=origin) == (201, b"p1.csv\n")


def test_a_table_that_is_cut_off_on_its_way_is_refused(served):
    with socket.create_connection(served.server_address, timeout=10) as connection:
        head = f"POST /results HTTP/1.0\r\nHost: {served.names[0]}\r\nOrigin: http://{served.names[0]}\r\nContent-Length: 999\r\n\r\n"
        connection.sendall(head.encode() + TABLE)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").read()
    assert b" 400 " in answer.splitlines()[0]
    assert f"{len(TABLE)} of 999 bytes came".encode() in answer
    assert not (served.folder / "results").exists()


def test_tables_are_saved_where_there_are_no_links(tmp_path, monkeypatch):
    def link(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    other = TABLE + ROW.replace(b"1,test", b"1,test2")
    assert [save(table, tmp_path).name for table in (TABLE, TABLE, other)] == ["p1.csv", "p1.csv", "p1-2.csv"]
    assert [(tmp_path / name).read_bytes() for name in sorted(os.listdir(tmp_path))] == [other, TABLE]


def test_the_next_participant_hears_the_list_that_was_heard_least(served):
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
        save(
            "\n".join([",".join(COLUMNS), *(f"{participant},{row}" for row in rows)]).encode(),
            served.folder / RESULTS,
        )

    def offered():
        return ask(served, "GET", "/")[1].partition(b'data-session="')[2].partition(b'"')[0]

    assert offered() == b"1"
    save(TABLE.replace(b"test-0000001", b"headphones-1"), served.folder / RESULTS)  # of no list
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
    assert least_heard(served.folder) == 2
