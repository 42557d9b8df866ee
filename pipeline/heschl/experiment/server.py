"""A server for one experiment, on this machine only: sends its files and saves the tables."""

import errno
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from heschl.experiment.design import ExperimentError
from heschl.experiment.folder import RESULTS, mark_of
from heschl.experiment.results import TableError, next_list, save

HOST = "127.0.0.1"
LARGEST = 1_000_000  # bytes of a table
WAITING = 256  # connections that wait to be accepted: a class that is done at the same moment
TIMEOUT_S = 30  # of a connection that sends nothing
TABLES = f"/{RESULTS}"  # path that a table is posted to


class Server(ThreadingHTTPServer):
    """Serves the experiment in a folder on 127.0.0.1."""

    daemon_threads = True
    request_queue_size = WAITING

    def __init__(self, folder: Path, port: int):
        self.folder = folder
        try:
            super().__init__((HOST, port), partial(Handler, directory=str(folder)))
        except OSError as error:
            raise ExperimentError(
                f"port {port} of {HOST} cannot be used ({error.strerror}). Name another one: --serve PORT."
            ) from None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the host names, with port, by which a browser on this machine reaches the server."""
        return tuple(f"{host}:{self.server_port}" for host in (HOST, "localhost"))


class Handler(SimpleHTTPRequestHandler):
    """GET sends the files that the build wrote, but no results; POST to /results saves a table."""

    server: Server
    timeout = TIMEOUT_S

    def do_GET(self) -> None:
        """Send a file; unless params.post is set, tell the page to post here, and the next trial list."""
        if self.headers.get("Host") not in self.server.names:
            self.send_error(HTTPStatus.FORBIDDEN, "this machine only")
        elif self.path.split("?")[0] in ("/", "/index.html"):
            page = (self.server.folder / "index.html").read_text(encoding="utf-8")
            here = f'data-post="{RESULTS}" data-session="{next_list(self.server.folder)}"'
            self._send(HTTPStatus.OK, page.replace('data-post="" data-session=""', here), "text/html")
        elif self._was_built(Path(self.translate_path(self.path))):
            getattr(super(), f"do_{self.command}")()
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """Save a table that the page itself sends."""
        size = self.headers.get("Content-Length", "")
        origin = (self.headers.get("Origin") or "").removeprefix("http://")
        if self.path != TABLES or origin not in self.server.names or origin != self.headers.get("Host"):
            self._refuse(HTTPStatus.FORBIDDEN, "expected a table from the page itself")
        elif not size.isdecimal() or int(size) > LARGEST:
            length = size or "no length"
            self._refuse(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"expected at most {LARGEST} bytes, got {length}"
            )
        else:
            self._save(int(size))

    def _save(self, size: int) -> None:
        try:
            content = self.rfile.read(size)
            if len(content) < size:
                raise TableError(f"received {len(content)} of {size} bytes")
            path = save(content, self.server.folder / RESULTS)
        except TableError as error:
            self._refuse(HTTPStatus.BAD_REQUEST, str(error))
        except TimeoutError:
            self._refuse(
                HTTPStatus.REQUEST_TIMEOUT, f"the table did not arrive within {self.timeout} s: send it again"
            )
        except OSError as error:
            print(f"A table could not be saved: {error}", flush=True)
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            status = HTTPStatus.INSUFFICIENT_STORAGE if full else HTTPStatus.INTERNAL_SERVER_ERROR
            self._refuse(status, f"the table could not be saved ({error.strerror}): download it")
        else:
            print(f"Saved {path}", flush=True)
            self._send(HTTPStatus.CREATED, f"{path.name}\n", "text/plain")

    def end_headers(self) -> None:
        """Forbid caching, so that the browser loads a page that was rebuilt."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Do not log requests."""

    def _was_built(self, path: Path) -> bool:
        """Return whether the build wrote a file, by its exact name: some file systems ignore case."""
        return path.relative_to(self.directory).as_posix() in mark_of(self.server.folder).get("files", ())

    def _refuse(self, status: HTTPStatus, text: str) -> None:
        self.close_connection = True  # the body of the request was not read
        self._send(status, f"{text}\n", "text/plain")

    def _send(self, status: HTTPStatus, text: str, kind: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
