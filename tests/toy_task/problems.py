"""The cells of the toy task: numbers to guess, and a second problem that scores the same guesses."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from geneboard.benchmark.cells.cell import Cell, Problem
from geneboard.benchmark.cells.fingerprint import fingerprint, method_code
from geneboard.benchmark.cells.settings import Settings
from geneboard.benchmark.registry import Registry, files_of

METRICS = {"error": 1}


def cells_of(folder: Path, seen: list[float], new: list[float]) -> list[Cell]:
    """Return the cells of all methods on the new numbers, and on those of them above 10 alone."""
    manifest, content = folder / "numbers.json", json.dumps({"seen": seen, "new": new})
    manifest.write_text(content)
    hashes = {"numbers": hashlib.sha256(content.encode()).hexdigest()}
    problem = Problem("toy", "numbers", "toy", hashes, manifest)
    above = replace(problem, name="large", facts={"above": 10}, detail="above 10")
    part_code = fingerprint([(Path(__file__).with_name("task.py"), "ToyTask.score")])
    cells = []
    for entry in Registry("toy method", files_of(str(Path(__file__).with_name("methods")))):
        code = method_code(entry)
        for seed in range(entry.attributes.get("seeds", 1)):
            whole = Cell(problem, "quick", entry, Settings({}, {}), seed, 1, "cpu", code, METRICS, "unknown")
            cells += [whole, replace(whole, problem=above, code=part_code, input=whole)]
    return cells
