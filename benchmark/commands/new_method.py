"""The command `new-method`: a method to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from geneboard.benchmark.commands.arguments import Argument


def new_method(
    name: Annotated[str, Argument("name", metavar="NAME")],
    *,
    folder: Annotated[Path | str, Argument("--dir", type=Path, metavar="DIR")] = ".",
) -> str:
    """Write a small working method and its test, to start from.

    Parameters
    ----------
    name
        Its name, for example my_method.
    folder
        Where to write.

    Returns
    -------
    str
        What was written and what to run next.

    Raises
    ------
    InputError
        If the name cannot be used or one of the files is there already.
    """
    from geneboard.benchmark.plugin_kit.skeleton import write_skeleton

    return write_skeleton(name, Path(folder))


def show_new_method(text: str) -> int:
    """Print what was written."""
    print(text)
    return 0
