"""A built experiment on this machine alone: its files, and a place that takes the tables of those who heard it."""

import csv
import errno
import json
import os
import re
import secrets
from collections import Counter
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pipeline.behavior.listeners import COLUMNS
from pipeline.experiment.build import RESULTS, mark_of
from pipeline.experiment.design import ListenError

HOST = "127.0.0.1"
LARGEST = 1_000_000  # bytes of a table
PARTICIPANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
PLACE = f"/{RESULTS}"


class TableError(ValueError):
    """A table that is not one of this experiment's; says what is wrong with it."""


class Server(ThreadingHTTPServer):
    """Serves a folder on 127.0.0.1."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int):
        self.folder = folder
        try:
            super().__init__((HOST, port), partial(Handler, directory=str(folder)))
        except OSError as error:
            raise ListenError(
                f"port {port} of {HOST} cannot be used ({error.strerror}). Name another: --serve PORT."
            ) from None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names by which a browser on this machine calls it."""
        return tuple(f"{host}:{self.server_port}" for host in (HOST, "localhost"))


class Handler(SimpleHTTPRequestHandler):
    """GET of the files that the build wrote, not of the results; POST of a table to /results."""

    server: Server

    def do_GET(self) -> None:
        """Send a file; the page with the place of its table and the list of trials whose turn it is, unless params name a place."""
        if self.headers.get("Host") not in self.server.names:
            self.send_error(HTTPStatus.FORBIDDEN, "this machine alone")
        elif self.path.split("?")[0] in ("/", "/index.html"):
            page = (self.server.folder / "index.html").read_text(encoding="utf-8")
            here = f'data-post="{RESULTS}" data-session="{least_heard(self.server.folder)}"'
            self._send(HTTPStatus.OK, page.replace('data-post="" data-session=""', here), "text/html")
        elif self._is_of_the_page(Path(self.translate_path(self.path))):
            getattr(super(), f"do_{self.command}")()
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """Save a table that the page itself sends."""
        size = self.headers.get("Content-Length", "")
        origin = (self.headers.get("Origin") or "").removeprefix("http://")
        if self.path != PLACE or origin not in self.server.names or origin != self.headers.get("Host"):
            self._refuse(HTTPStatus.FORBIDDEN, "expected a table from the page itself")
        elif not size.isdecimal() or int(size) > LARGEST:
            self._refuse(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"expected at most {LARGEST} bytes, got {size or 'no length'}",
            )
        else:
            content = self.rfile.read(int(size))
            try:
                if len(content) < int(size):
                    raise TableError(f"{len(content)} of {size} bytes came")
                path = save(content, self.server.folder / RESULTS)
            except TableError as error:
                self._refuse(HTTPStatus.BAD_REQUEST, str(error))
            except OSError as error:
                print(f"A table could not be saved: {error}", flush=True)
                full = error.errno in (errno.ENOSPC, errno.EDQUOT)
                status = HTTPStatus.INSUFFICIENT_STORAGE if full else HTTPStatus.INTERNAL_SERVER_ERROR
                self._refuse(status, f"the table could not be saved ({error.strerror}): download it")
            else:
                print(f"Saved {path}", flush=True)
                self._send(HTTPStatus.CREATED, f"{path.name}\n", "text/plain")

    def end_headers(self) -> None:
        """Keep nothing: a page that is built anew is what comes."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""

    def _is_of_the_page(self, path: Path) -> bool:
        """Tell whether the build wrote a file; by its very name, since a file system may take Results for results."""
        return path.relative_to(self.directory).as_posix() in mark_of(self.server.folder).get("files", ())

    def _refuse(self, status: HTTPStatus, text: str) -> None:
        self.close_connection = True  # what was sent is not read
        self._send(status, f"{text}\n", "text/plain")

    def _send(self, status: HTTPStatus, text: str, kind: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def save(content: bytes, folder: Path) -> Path:
    """Save a table under its participant's name, with a number where another one is there; return its path.

    The same table sent twice is saved once. A table has its name when it is whole.
    raises : TableError if it is not a well-formed table; OSError if it cannot be written, and then nothing is left of it
    """
    name = participant_of(content)
    folder.mkdir(exist_ok=True)
    part = folder / f".{name}-{secrets.token_hex(8)}"
    try:
        with open(part, "xb") as file:
            file.write(content)
        for number in range(1, 1000):
            path = folder / f"{name}.csv" if number == 1 else folder / f"{name}-{number}.csv"
            try:
                _name(part, path)
                return path
            except FileExistsError:
                if path.read_bytes() == content:
                    return path
    finally:
        part.unlink(missing_ok=True)
    raise TableError(f"there are 999 tables of {name!r} already")


def least_heard(folder: Path) -> int:
    """Return the number, from 1, of the list of trials that the fewest of the saved tables are of; a table is of the list of its clips."""
    data = (folder / "data.js").read_text(encoding="utf-8")
    sessions = json.loads(data[data.index("{") : data.rindex("}") + 1])["sessions"]
    lists = [{item for block in session["blocks"] for item in block["items"]} for session in sessions]
    heard: Counter[int] = Counter()
    for table in (folder / RESULTS).glob("*.csv"):
        clips = {
            cell
            for line in table.read_text(encoding="utf-8", errors="replace").splitlines()
            for cell in line.split(",")[1:2]
        }
        most = max(range(len(lists)), key=lambda number: len(clips & lists[number]))
        heard[most] += bool(clips & lists[most])
    return min(range(len(lists)), key=heard.__getitem__) + 1


def participant_of(content: bytes) -> str:
    """Return the participant of a table; raises TableError if it is not well-formed."""
    try:
        header, *rows = csv.reader(content.decode().splitlines(), strict=True)
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise TableError(f"no csv table: {error}") from None
    if tuple(header) != COLUMNS:
        raise TableError(f"the columns are {','.join(header)!r}; expected {','.join(COLUMNS)}")
    wrong = [
        number
        for number, row in enumerate(rows, 2)
        if len(row) != len(COLUMNS) or row[-1] not in ("0", "1") or not all(row[1:3])
    ]
    if wrong or not rows:
        raise TableError(
            f"row {wrong[0] if wrong else 2}: expected {len(COLUMNS)} values of which the last is 0 or 1"
        )
    names = {row[0] for row in rows}
    if len(names) > 1 or not PARTICIPANT.fullmatch(rows[0][0]):
        raise TableError(f"participant {sorted(names)[0]!r}: expected one, of letters, digits, - and _")
    return rows[0][0]


def _name(part: Path, path: Path) -> None:
    """Give a file a name; raises FileExistsError if another has it."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        path.touch(exist_ok=False)
        part.replace(path)
