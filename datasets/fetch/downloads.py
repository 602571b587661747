"""One file over HTTP: goes on where it stopped, is checked, and has its name only when it is complete."""

from __future__ import annotations

import http
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    import requests

TIMEOUT = 60.0
"""Seconds without a byte after which a server counts as stalled."""

CHUNK = 1 << 18
"""Bytes that are written at once."""

GO_ON = "the same command goes on from here"


def download(url: str, target: Path, *, sha256: str | None = None, timeout: float = TIMEOUT) -> None:
    """Download a file, or go on with a download that was interrupted.

    What has arrived is kept beside `target` under a hidden name. Without a checksum such a part is used
    only where the server can confirm that the file is still the same (ETag or Last-Modified). A file that
    is there already is not fetched again.

    Parameters
    ----------
    url
        Address; redirects are followed.
    target
        Where the complete file goes; its folder is made.
    sha256
        Checksum that the file must have, 64 hexadecimal digits; None where it is not known.
    timeout
        Seconds to wait for the server to answer or to send more.

    Raises
    ------
    InputError
        If the server cannot be reached, stalls, breaks off or refuses, or the checksum is another one.
    """
    import pooch

    part = _Part(target, checked=sha256 is not None)

    def resumed(address: str, temporary: str, _: Any) -> None:
        _complete(address, part, timeout)
        part.become(Path(temporary))

    pooch.get_logger().setLevel(logging.WARNING)  # the progress bar tells what it tells
    known = None if sha256 is None else f"sha256:{sha256}"
    try:
        pooch.retrieve(url, known, fname=target.name, path=target.parent, downloader=resumed)
    except ValueError as error:  # pooch deletes a file with another checksum
        raise InputError(f"{url}: what came does not have the sha256 {sha256} and was deleted.") from error


class _Part:
    """What has arrived of a file, and which version of the file it is a part of.

    Parameters
    ----------
    target
        Name of the complete file.
    checked
        True if the complete file will be compared with a checksum, so that any part may be gone on with.
    """

    def __init__(self, target: Path, *, checked: bool) -> None:
        self.file = target.with_name(f".{target.name}.partial")
        self.version = target.with_name(f".{target.name}.version")
        self.checked = checked

    def request_headers(self) -> dict[str, str]:
        """Headers that ask for the rest only; ``If-Range`` asks for all if the file is another one now."""
        version = self.version.read_text() if self.version.exists() else ""
        size = self.size()
        if not size or not (version or self.checked):
            return {}
        return {"Range": f"bytes={size}-", **({"If-Range": version} if version else {})}

    def size(self) -> int:
        """Bytes that are there."""
        return self.file.stat().st_size if self.file.exists() else 0

    def restart(self, response: requests.Response) -> None:
        """Forget what is there, and remember the version that the server sends now."""
        self.discard()
        etag = response.headers.get("ETag", "")
        # A weak ETag does not promise the same bytes, and If-Range does not accept it.
        version = "" if etag.startswith("W/") else etag
        version = version or response.headers.get("Last-Modified", "")
        if version:
            self.version.write_text(version)

    def discard(self) -> None:
        """Delete what is there."""
        self.file.unlink(missing_ok=True)
        self.version.unlink(missing_ok=True)

    def become(self, path: Path) -> None:
        """Rename the complete file."""
        self.file.replace(path)
        self.version.unlink(missing_ok=True)


def _complete(url: str, part: _Part, timeout: float) -> None:
    """Fetch what is missing of a file."""
    import requests
    import urllib3
    from requests import exceptions

    try:
        response = _answer(url, part, timeout)
        if response.status_code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.discard()  # longer than the file is now
            response = _answer(url, part, timeout)
        with response:
            _receive(url, response, part)
    except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise InputError(
            f"{url}: the server has sent nothing for {timeout:g} s after {part.size()} bytes; {GO_ON}."
        ) from error
    except (exceptions.MissingSchema, exceptions.InvalidSchema, exceptions.InvalidURL) as error:
        raise InputError(f"{url}: not the address of a file on a web server.") from error
    except requests.TooManyRedirects as error:
        raise InputError(f"{url}: the server redirects in a circle.") from error
    except requests.ConnectionError as error:
        raise InputError(f"{url}: cannot be reached ({innermost_reason(error)}).") from error
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise InputError(
            f"{url}: the connection broke after {part.size()} bytes ({innermost_reason(error)}); {GO_ON}."
        ) from error


def _answer(url: str, part: _Part, timeout: float) -> requests.Response:
    import requests

    # Identity: a range counts the bytes of the file, not of a compressed transfer of it.
    headers = {"User-Agent": "geneboard", "Accept-Encoding": "identity", **part.request_headers()}
    return requests.get(url, headers=headers, stream=True, timeout=timeout)


def _receive(url: str, response: requests.Response, part: _Part) -> None:
    """Write the body of a response to the part, after what is there or instead of it."""
    from tqdm import tqdm

    if response.status_code == http.HTTPStatus.PARTIAL_CONTENT:
        if not response.headers.get("Content-Range", "").startswith(f"bytes {part.size()}-"):
            part.discard()
            raise InputError(f"{url}: the server sent another part than was asked for; start again.")
    elif response.status_code == http.HTTPStatus.OK:
        part.restart(response)
    else:
        raise InputError(f"{url}: the server answers {response.status_code} {response.reason}.")
    start = part.size()
    length = response.headers.get("Content-Length")
    total = None if length is None else start + int(length)
    with (
        part.file.open("ab") as file,
        tqdm(
            total=total, initial=start, unit="B", unit_scale=True, desc=url.rsplit("/", 1)[-1], disable=None
        ) as bar,
    ):
        for chunk in response.raw.stream(CHUNK, decode_content=False):
            file.write(chunk)
            bar.update(len(chunk))
    if total is not None and part.size() != total:
        raise InputError(f"{url}: the connection broke after {part.size()} of {total} bytes; {GO_ON}.")


def innermost_reason(error: Exception) -> str:
    """Return the innermost reason of a network error, without addresses of objects."""
    while isinstance(inner := error.__cause__ or error.__context__, Exception):
        error = inner
    return str(error).strip() or type(error).__name__
