from __future__ import annotations

import hashlib
import socket
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest
from fetch_cases import Site

from geneboard.datasets.errors import InputError
from geneboard.datasets.fetch.downloads import download

ROOT = Path(__file__).resolve().parents[3]
CONTENT = np.random.default_rng(0).bytes(1_000_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def breaks_after(number: int, site: Site, wait: float = 0) -> None:
    """Make the server send `number` bytes of /file, wait, and close the connection, once."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        del site.answers["/file"]
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(CONTENT)))
        if site.etag:
            handler.send_header("ETag", site.etag)
        handler.end_headers()
        handler.wfile.write(CONTENT[:number])
        handler.wfile.flush()
        if wait:
            site.released.wait(wait)

    site.files["/file"] = CONTENT
    site.answers["/file"] = answer


def broken(site: Site, target: Path, sha256: str | None = None) -> None:
    """Begin a download that breaks off after 300,000 bytes."""
    breaks_after(300_000, site)
    with pytest.raises(InputError, match=r"/file: the connection broke after 300000 .*goes on from here"):
        download(f"{site.url}/file", target, sha256=sha256)
    assert not target.exists()


def test_a_file_arrives_once(site: Site, tmp_path: Path) -> None:
    site.files["/file"] = CONTENT
    target = tmp_path / "new" / "file"
    for _ in range(2):
        download(f"{site.url}/file", target, sha256=SHA256)
    assert target.read_bytes() == CONTENT
    assert site.requests == [("/file", None)]
    assert [path.name for path in target.parent.iterdir()] == ["file"]


@pytest.mark.parametrize("sha256", [None, SHA256])
def test_truncated_then_resumed(site: Site, tmp_path: Path, sha256: str | None) -> None:
    target = tmp_path / "file"
    broken(site, target, sha256)
    download(f"{site.url}/file", target, sha256=sha256)
    assert target.read_bytes() == CONTENT
    assert site.requests == [("/file", None), ("/file", "bytes=300000-")]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_that_changed_meanwhile_is_not_mixed(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "file"
    broken(site, target)
    site.files["/file"], site.etag = CONTENT[::-1], '"two"'
    download(f"{site.url}/file", target)
    assert target.read_bytes() == CONTENT[::-1]


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_a_part_that_nobody_vouches_for_is_not_used(site: Site, tmp_path: Path, etag: str) -> None:
    """Without a checksum and without a version of the file, the download starts again."""
    site.etag = etag
    target = tmp_path / "file"
    broken(site, target)
    download(f"{site.url}/file", target)
    assert target.read_bytes() == CONTENT
    assert site.requests[1] == ("/file", None)


def test_a_part_longer_than_the_file(site: Site, tmp_path: Path) -> None:
    site.files["/file"] = CONTENT
    (tmp_path / ".file.partial").write_bytes(CONTENT + b"more")
    download(f"{site.url}/file", tmp_path / "file", sha256=SHA256)
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert [asked for _, asked in site.requests] == ["bytes=1000004-", None]


@pytest.mark.parametrize("answers", [True, False])
def test_a_stalling_server(site: Site, tmp_path: Path, answers: bool) -> None:
    if answers:
        breaks_after(1000, site, wait=30)
    else:
        site.answers["/file"] = lambda _: site.released.wait(30) and None
    with pytest.raises(InputError, match=r"/file: the server has sent nothing for 0\.5 s after 0 bytes"):
        download(f"{site.url}/file", tmp_path / "file", timeout=0.5)
    assert not (tmp_path / "file").exists()


def redirect(handler: BaseHTTPRequestHandler, where: str) -> None:
    handler.send_response(302)
    handler.send_header("Location", where)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def test_redirects(site: Site, tmp_path: Path) -> None:
    site.files["/file"] = CONTENT
    site.answers["/old"] = lambda handler: redirect(handler, "/file")
    site.answers["/circle"] = lambda handler: redirect(handler, "/circle")
    download(f"{site.url}/old", tmp_path / "file", sha256=SHA256)
    assert (tmp_path / "file").read_bytes() == CONTENT
    with pytest.raises(InputError, match="/circle: the server redirects in a circle"):
        download(f"{site.url}/circle", tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_wrong_bytes(site: Site, tmp_path: Path) -> None:
    """The same length, one byte changed; the next call starts again and can succeed."""
    site.files["/file"] = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
    with pytest.raises(InputError, match=rf"/file: what came does not have the sha256 {SHA256}"):
        download(f"{site.url}/file", tmp_path / "file", sha256=SHA256)
    assert list(tmp_path.iterdir()) == []
    site.files["/file"] = CONTENT
    download(f"{site.url}/file", tmp_path / "file", sha256=SHA256)
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_another_part_than_asked_for(site: Site, tmp_path: Path) -> None:
    def other(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes 5-{len(CONTENT) - 1}/{len(CONTENT)}")
        handler.send_header("Content-Length", str(len(CONTENT) - 5))
        handler.end_headers()
        handler.wfile.write(CONTENT[5:])

    site.answers["/file"] = other
    (tmp_path / ".file.partial").write_bytes(CONTENT[:10])
    with pytest.raises(InputError, match="/file: the server sent another part than was asked for"):
        download(f"{site.url}/file", tmp_path / "file", sha256=SHA256)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("status", "words"), [(404, "404 Not Found"), (503, "503 Service Unavailable")])
def test_a_refusal(site: Site, tmp_path: Path, status: int, words: str) -> None:
    site.answers["/file"] = lambda handler: handler.send_error(status)
    with pytest.raises(InputError, match=rf"/file: the server answers {words}\."):
        download(f"{site.url}/file", tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_no_server(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/file"
    with pytest.raises(InputError, match=rf"{url}: cannot be reached \(.*refused\)"):
        download(url, tmp_path / "file")


@pytest.mark.parametrize("url", ["file.h5ad", "http://", "nonsense://host/file"])
def test_no_url(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError, match=f"{url}: not the address of a file"):
        download(url, tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_a_killed_download_leaves_no_file_and_goes_on(site: Site, tmp_path: Path) -> None:
    breaks_after(600_000, site, wait=60)
    target, partial = tmp_path / "file", tmp_path / ".file.partial"
    code = (
        "import sys; from pathlib import Path; from geneboard.datasets.fetch.downloads import download;"
        "download(sys.argv[1], Path(sys.argv[2]))"
    )
    process = subprocess.Popen([sys.executable, "-c", code, f"{site.url}/file", target], cwd=ROOT)
    deadline = time.monotonic() + 60
    while not (partial.exists() and partial.stat().st_size):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert not target.exists()
    arrived = partial.stat().st_size
    download(f"{site.url}/file", target)
    assert target.read_bytes() == CONTENT
    assert site.requests[-1] == ("/file", f"bytes={arrived}-")
