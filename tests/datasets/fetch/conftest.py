"""An HTTP server that can misbehave, and a small Census."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from fetch_cases import LocalCensus, Site, serve_file, write_census


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.requests.append((self.path, self.headers.get("Range")))
            if self.path in served.answers:
                served.answers[self.path](self)
            elif self.path in served.files:
                serve_file(self, served.files[self.path], served.etag)
            else:
                self.send_error(404)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served
    served.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def local_census(tmp_path_factory: pytest.TempPathFactory) -> LocalCensus:
    return write_census(tmp_path_factory.mktemp("census"))
