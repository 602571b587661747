"""The command that is told to who has finished another."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from geneboard.benchmark.commands.options import PROGRAM


def biology_command(
    tissues: Sequence[str], data: Path | str | None, genes: Sequence[Path | str], out: Path, preset: str
) -> str:
    """Return the command that asks the embeddings of a run."""
    words = [PROGRAM, "biology", "--tissue", *tissues]
    words += [] if data is None else ["--data", str(data)]
    words += ["--genes", *map(str, genes)] if genes else []
    words += [] if out == Path("results") else ["--out", str(out)]
    words += [] if preset == "quick" else ["--preset", preset]
    return shlex.join(words)
