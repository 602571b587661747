"""Which process it was that has left something: its machine, its number, and when it began."""

from __future__ import annotations

import contextlib
import os
import platform
from functools import cache
from pathlib import Path

import psutil


@cache
def machine() -> str:
    """Return what tells this machine, its boot and the container from all others whose pids are others."""
    known = [platform.node()]
    with contextlib.suppress(OSError):  # not on Linux
        known.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        known.append(str(Path("/proc/self/ns/pid").readlink()))
    return " ".join(known)


def started_at(pid: int) -> str:
    """Return when a process has begun, "" if that cannot be seen.

    On Linux in ticks since the boot, which do not move when somebody sets the clock.
    """
    if fields := _status_fields(pid):
        return fields[19]
    with contextlib.suppress(psutil.Error):
        return "" if _HAS_PROC else str(psutil.Process(pid).create_time())
    return ""


def is_running(pid: int, started: str) -> bool | None:
    """Return whether a process of this machine runs; None where that cannot be seen, or it is halted."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is another user's
        pass
    fields = _status_fields(pid)
    if fields and fields[0] in "TtZX":  # halted, or ended and nobody has waited for it
        return None if fields[0] in "Tt" else False
    found = started_at(pid)
    return found == started if found else None


_HAS_PROC = Path("/proc/self/stat").exists()


def _status_fields(pid: int) -> list[str]:
    """Return what Linux tells of a process, from its state on; nothing if it does not show it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
