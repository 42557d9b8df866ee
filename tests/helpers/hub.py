"""A server on this machine that answers as the Hugging Face hub does, for what a snapshot needs."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Hub:
    """Repositories by name, and the paths that were fetched."""

    def __init__(self):
        self.repositories, self.fetched = {}, []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answer", (Handler,), {"hub": self}))
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def serve(self, repository, folder, commit):
        """Serve the files of a folder as a repository with one commit."""
        self.repositories[repository] = (folder, commit)

    def stop(self):
        """End the server; a second time, do nothing."""
        if self.thread.is_alive():
            self.server.shutdown()
            self.server.server_close()
            self.thread.join()


class Handler(BaseHTTPRequestHandler):
    """Answers about the one commit of each repository."""

    def log_message(self, *words):
        """Print nothing."""

    def do_HEAD(self):
        self.do_GET(body=False)

    def do_GET(self, body=True):
        path = self.path.partition("?")[0]
        for repository, (folder, commit) in self.hub.repositories.items():
            if path in (f"/api/models/{repository}/revision/main", f"/api/models/{repository}"):
                return self._json({"id": repository, "sha": commit, "siblings": []}, body)
            if path == f"/api/models/{repository}/tree/{commit}":
                return self._json([self._entry(file) for file in sorted(folder.iterdir())], body)
            name = path.removeprefix(f"/{repository}/resolve/{commit}/")
            if name != path and (folder / name).is_file():
                if body:
                    self.hub.fetched.append(name)
                data = (folder / name).read_bytes()
                headers = {"ETag": f'"{hashlib.sha1(data).hexdigest()}"', "X-Repo-Commit": commit}
                return self._send(data, headers, body)
        self.send_response(404)
        self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _entry(self, file):
        data = file.read_bytes()
        return {"type": "file", "path": file.name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}

    def _json(self, value, body):
        self._send(json.dumps(value).encode(), {"Content-Type": "application/json"}, body)

    def _send(self, data, headers, body):
        self.send_response(200)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(data)


@pytest.fixture
def hub(monkeypatch):
    """The server, in place of the hub."""
    import huggingface_hub.constants

    found = Hub()
    template = f"{found.address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", found.address)
    monkeypatch.setattr(huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    yield found
    found.stop()
