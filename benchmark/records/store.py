"""The result folder: one record per cell, written once and never edited."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import time
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from geneboard.benchmark.records.check import as_written, checked
from geneboard.benchmark.records.record import Record
from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.errors import InputError

PACKED = "records.jsonl.gz"
RECORD = "result.json"
EMBEDDING = "embedding.h5ad"
PREDICTIONS = "predictions.npz"
TRAINING = "training.json"

LEFTOVER = re.compile(r"\..+\.[0-9a-f]{32}\.partial")
"""Name of an unfinished file of `write_atomically`."""

LEFTOVER_SECONDS = 3600.0


def run_folder(out: Path, key: str) -> Path:
    """Return the folder of one cell."""
    return out / "runs" / key


def _json_bytes(content: object, indent: int | None = None) -> bytes:
    # NaN is not JSON: a metric that gave one is a fault, not a value to store.
    return (json.dumps(content, sort_keys=True, indent=indent, allow_nan=False) + "\n").encode()


def write_record(out: Path, record: Record) -> Record:
    """Write the record of a cell to ``runs/<key>/result.json``; return it with its checksum."""
    written = as_written(record)
    write_atomically(run_folder(out, record["key"]) / RECORD, _json_bytes(written, indent=1))
    return cast(Record, written)


def write_json(path: Path, content: object) -> None:
    """Write any JSON document atomically."""
    write_atomically(path, _json_bytes(content, indent=1))


def read_record(out: Path, key: str) -> Record | None:
    """Return the record of a cell, None if there is none."""
    path = run_folder(out, key) / RECORD
    return _read(path) if path.exists() else None


def _read(path: Path) -> Record:
    return checked(path.read_bytes().decode(errors="replace"), str(path))


def read_packed(path: Path) -> list[Record]:
    """Return the records of a packed file.

    Raises
    ------
    InputError
        If the file is truncated or is not made of records.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            lines = file.read().splitlines()
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise InputError(f"{path}: is not a complete packed record file ({error})") from error
    return [checked(line, f"{path}, line {number}") for number, line in enumerate(lines, 1)]


def read_records(out: Path) -> list[Record]:
    """Return all records of a result folder, packed ones and single ones, each key once.

    A single record wins over a packed one of the same key: it was written later.
    """
    records: dict[str, Record] = {}
    packed = out / PACKED
    if packed.exists():
        records.update((record["key"], record) for record in read_packed(packed))
    for path in sorted((out / "runs").glob(f"*/{RECORD}")):
        record = _read(path)
        records[record["key"]] = record
    return [records[key] for key in sorted(records)]


def pack_records(records: Iterable[Record], path: Path) -> None:
    """Write records into one compressed file, the same bytes for the same records."""
    ordered = sorted(records, key=lambda record: record["key"])
    lines = b"".join(_json_bytes(as_written(record)) for record in ordered)
    write_atomically(path, gzip.compress(lines, mtime=0))


def remove_leftovers(out: Path) -> None:
    """Remove what killed runs left half-written; files younger than an hour may be another run's work."""
    for path in [*out.glob("*/.*.partial"), *out.glob("runs/*/.*.partial")]:
        if not LEFTOVER.fullmatch(path.name):
            continue
        with contextlib.suppress(FileNotFoundError):  # another run may finish its file meanwhile
            if time.time() - path.stat().st_mtime > LEFTOVER_SECONDS:
                path.unlink()


def training_of(out: Path, key: str, result: str) -> dict[str, Any] | None:
    """Return the account of a finished training whose scores are not there yet, else None.

    `result` is the name of the file that it has written: `EMBEDDING` or `PREDICTIONS`.
    """
    folder = run_folder(out, key)
    if not ((folder / TRAINING).exists() and (folder / result).exists()):
        return None
    try:
        return cast(dict[str, Any], json.loads((folder / TRAINING).read_text(encoding="utf-8")))
    except ValueError as error:
        raise InputError(
            f"{folder / TRAINING}: is damaged; delete the folder to have the cell run again"
        ) from error


def forget_training(out: Path, key: str) -> None:
    """Have the next run train a cell again."""
    (run_folder(out, key) / TRAINING).unlink(missing_ok=True)
