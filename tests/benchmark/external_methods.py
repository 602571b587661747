"""Methods of `external_command.py`, as an external.toml names them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import psutil

SCRIPT = Path(__file__).parent / "external_command.py"


def external_file(folder: Path, **modes: str) -> Path:
    """Write an external.toml beside a copy of the script, with a method for each mode."""
    folder.mkdir(exist_ok=True)
    shutil.copy(SCRIPT, folder / "method.py")
    tables = [
        f'[[method]]\nname = "{name}"\ntitle = "The {name}"\ninterpreter = "{sys.executable}"\n'
        f'command = "method.py {{input}} {{output}} {{seed}} {mode}"\n'
        for name, mode in modes.items()
    ]
    (folder / "external.toml").write_text("\n".join(tables))
    return folder / "external.toml"


def has_ended(process: int) -> bool:
    """True also for a zombie that nobody has waited for."""
    try:
        return psutil.Process(process).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
