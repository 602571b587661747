"""Which run works on what, when several share a result folder: claims, files that others respect.

No lock of the system is used: network file systems have none to rely on, or one of each machine. A claim is
made by exclusive creation, which one of several manages. While its run lives it is renewed; one that was not
is dead, and so is one of a process of this machine that has ended. A dead claim is neither removed nor
renamed, since who does that may hit the one that another has put in its place meanwhile. It gets a successor,
whose name has the random id of the claim that it succeeds: it too is created exclusively, so one of several
has it, and who has judged a claim that is gone by now makes a file that nobody looks at.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from geneboard.benchmark.engine.process_identity import is_running, machine, started_at

CLAIMS = "claims"
"""Folder in the result folder; it is there while a run is at work."""

LEASE_SECONDS = 60.0
"""A claim that was not renewed for so long is dead."""

RENEWALS = 12
"""Within a lease: so many may fail before others think that the run is dead."""

UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Claim:
    """What the file of a claim says.

    Attributes
    ----------
    id
        A random number of this claim alone.
    run
        A random number of the run.
    host, pid
        Its machine and main process, for people.
    machine, started
        The same so that nobody mistakes another for it: with the boot and the container, and when the process
        began.
    at
        When it was made, by the clock of its machine; for people.
    lease_seconds
        How long it holds without being renewed.
    """

    id: str
    run: str
    host: str
    pid: int
    machine: str
    started: str
    at: str
    lease_seconds: float

    def __str__(self) -> str:
        return f"{self.host}, pid {self.pid}" if self.pid else "one whose claim cannot be read"


@dataclass(frozen=True)
class Claimed:
    """A claim as it was found.

    Attributes
    ----------
    path
        Its file.
    claim
        What that says.
    renewed
        When it was renewed, by the clock of the file system.
    """

    path: Path
    claim: Claim
    renewed: float

    @property
    def successor(self) -> Path:
        """The file of the claim that takes its place when it is dead."""
        return self.path.with_name(f"{self.path.name.partition('.')[0]}.{self.claim.id}")

    def is_dead(self) -> bool:
        """Return whether its run has ended without giving it back, or is halted.

        A process of this machine that is seen to run is believed, even if it has not had the time to renew.
        """
        claim = self.claim
        runs = is_running(claim.pid, claim.started) if claim.machine == machine() else None
        if runs is not None:
            return not runs
        try:
            return file_system_time(self.path.parent) - self.renewed > claim.lease_seconds
        except FileNotFoundError:  # it has been given back, and the folder was empty then
            return True


def read_claim(path: Path) -> Claimed | None:
    """Return a claim, None if there is none; one that cannot be read has an id that is the same for all."""
    try:
        with path.open("rb") as file:  # opened: network file systems then ask the server for its age
            found, content = os.fstat(file.fileno()), file.read()
    except FileNotFoundError:
        return None
    except OSError as error:  # of another user, or broken: nobody renews it for us to see
        found, content = path.stat(), str(error).encode()
    try:
        claim = Claim(**json.loads(content))
    except (ValueError, TypeError):
        number = f"{UNREADABLE}-{found.st_mtime_ns}"
        claim = Claim(number, "", "", 0, "", "", "", LEASE_SECONDS)
    return Claimed(path, claim, found.st_mtime)


def chain(path: Path) -> list[Claimed]:
    """Return a claim and those that have succeeded it; the last one is in force."""
    found: list[Claimed] = []
    claimed = read_claim(path)
    while claimed is not None:
        found.append(claimed)
        claimed = read_claim(claimed.successor)
    return found


def claims_in(out: Path) -> Iterator[list[Claimed]]:
    """Yield the claims of a result folder, each with its successors."""
    for path in sorted((out / CLAIMS).glob("*")):
        if "." not in path.name and (found := chain(path)):
            yield found


def file_system_time(folder: Path) -> float:
    """Return what time it is for the file system, whose clock dates the claims; ours may be another."""
    path = folder / f".clock-{uuid.uuid4().hex}"
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    try:
        return os.fstat(descriptor).st_mtime
    finally:
        os.close(descriptor)
        path.unlink(missing_ok=True)


class Claims:
    """The claims of one run; they are renewed by a thread, and given back when the context ends.

    Parameters
    ----------
    out
        Result folder.
    lease_seconds
        How long others respect a claim that is not renewed.

    Raises
    ------
    OSError
        By `take`, if the folder cannot be written or the disk is full.
    """

    def __init__(self, out: Path, lease_seconds: float = LEASE_SECONDS) -> None:
        self._folder = out / CLAIMS
        self._lease = lease_seconds
        self._run = uuid.uuid4().hex
        self._own: dict[str, Claimed] = {}
        self._ended = threading.Event()
        self._renewing = threading.Thread(target=self._renew, name="renew claims", daemon=True)

    def __enter__(self) -> Claims:
        self._renewing.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._renewing.join()
        for key in list(self._own):
            self.release(key)
        with contextlib.suppress(OSError):  # there is none, or others have claims there
            self._folder.rmdir()

    def take(self, key: str) -> bool:
        """Claim what has a key, unless a living run has; return whether it is ours now."""
        if key in self._own:
            return True
        root, began = self._folder / key, time.monotonic()
        ours = self._created(root)
        if ours is None:
            found = chain(root)
            if not found or not found[-1].is_dead():
                return False
            ours = self._created(found[-1].successor)
            if ours is None:
                return False
        if self._last(key) != ours.claim.id:  # what it succeeds had been given back before it was made
            ours.path.unlink(missing_ok=True)
            return False
        if time.monotonic() - began > self._lease / 2:  # somebody may have found it empty, and dead
            return False
        self._own[key] = ours
        return True

    def holds(self, key: str) -> bool:
        """Return whether what we have taken still is ours; it is not where the run was halted for long."""
        return key in self._own and self._last(key) == self._own[key].claim.id

    def release(self, key: str) -> None:
        """Give a claim back; of one that another has taken over, nothing is touched."""
        ours = self._own.pop(key, None)
        found = chain(self._folder / key)
        if ours is not None and found and found[-1].claim.id == ours.claim.id:
            for claimed in found:  # the first one first: what is left of a chain without it claims nothing
                claimed.path.unlink(missing_ok=True)

    def holder(self, key: str) -> Claim | None:
        """Return the claim of a living run, None if there is none."""
        found = chain(self._folder / key)
        return found[-1].claim if found and not found[-1].is_dead() else None

    def _last(self, key: str) -> str:
        found = chain(self._folder / key)
        return found[-1].claim.id if found else ""

    def _created(self, path: Path) -> Claimed | None:
        """Return our claim if there was no file; of a full disk nothing is left behind."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        pid = os.getpid()
        own = platform.node(), pid, machine(), started_at(pid), now, self._lease
        claim = Claim(uuid.uuid4().hex, self._run, *own)
        # Before the file is there: others would find it empty.
        content = json.dumps(asdict(claim)).encode()
        try:
            descriptor = self._opened(path)
        except FileExistsError:
            return None
        try:
            os.write(descriptor, content)
        except OSError as error:
            path.unlink(missing_ok=True)
            error.filename = str(path)  # a full disk names no file
            raise
        finally:
            os.close(descriptor)
        return Claimed(path, claim, 0.0)

    def _opened(self, path: Path) -> int:
        while True:
            with contextlib.suppress(FileNotFoundError):  # another run that ends has removed the folder
                return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
            self._folder.mkdir(parents=True, exist_ok=True)

    def _renew(self) -> None:
        while not self._ended.wait(self._lease / RENEWALS):
            for ours in list(self._own.values()):
                with contextlib.suppress(OSError):  # given back meanwhile; otherwise the next time may do
                    found = read_claim(ours.path)
                    if found is not None and found.claim.id == ours.claim.id:
                        os.utime(ours.path)  # without a time: that of the server
