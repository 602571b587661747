"""A folder for the socket of the process server: its address holds a short path only."""

from __future__ import annotations

import os
import tempfile
from multiprocessing import util

from geneboard.benchmark.external.files import temporary_folder
from geneboard.datasets.errors import InputError

ADDRESS_BYTES = 107
NAME = "/pymp-12345678/listener-12345678"
"""What multiprocessing puts behind the folder."""

SHORT_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")


def find_place_for_sockets() -> None:
    """Have multiprocessing put its socket where the path is short enough, whatever TMPDIR says.

    Python does so itself from 3.14 on. It asks for the folder once in a process.

    Raises
    ------
    InputError
        If there is no such folder, or none for temporary files at all.
    """
    given = temporary_folder()
    if len(os.fsencode(given + NAME)) <= ADDRESS_BYTES:
        return
    usable = [folder for folder in SHORT_FOLDERS if os.access(folder, os.W_OK)]
    if not usable:
        raise InputError(f"TMPDIR={given} is too long for a socket: set it to a folder with a shorter name")
    tempfile.tempdir = usable[0]
    try:
        util.get_temp_dir()
    finally:
        tempfile.tempdir = given
