"""The result folder: one record per cell, written once and never edited.

What does not fit is named and left out: a record, or an account of a training, that is damaged or edited, or
that of another cell than the folder is named after.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import re
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from geneboard.benchmark.records.check import WAY_OUT, as_written, checked, checksum, parsed, with_checksum
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.records.submissions import leaderboards_of, place, submission_files
from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.errors import InputError

PACKED = "records.jsonl.gz"
PACKED_STEP = "records-*.jsonl.gz"
"""Packed records that a folder got later, as results/reference does: what was there stays as it is."""

SCORES = "results.csv"
"""The tidy table of all records, by which it is noticed that some are gone."""

RECORD = "result.json"
EMBEDDING = "embedding.h5ad"
PREDICTIONS = "predictions.npz"
TRAINING = "training.json"
CHECKPOINT = "checkpoint.bin"

CHANGED = "is not what the run was planned with; start the same command again"
"""End of the sentence about a file that a child was to read."""

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
    """Return the record of a cell, None if there is none that fits (`read_records` tells why)."""
    path = run_folder(out, key) / RECORD
    try:
        return _read(path) if path.exists() else None
    except InputError:
        return None


def _read(path: Path) -> Record:
    try:
        if not path.is_file():  # a named pipe would be waited for
            raise InputError(f"{path}: is no file; {WAY_OUT}")
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    record = checked(content.decode(errors="replace"), str(path))
    if record["key"] != path.parent.name:
        cell = f"{record['method']} seed {record['seed']} on {record['tissue']}"
        raise InputError(f"{path}: is the record of another cell ({cell}); {WAY_OUT}")
    return record


def read_packed(path: Path) -> list[Record]:
    """Return the records of a packed file.

    Raises
    ------
    InputError
        If the file is truncated or a line of it is no record.
    """
    return [checked(line, where) for where, line in packed_lines(path)]


def packed_lines(path: Path, what: str = "record file") -> Iterator[tuple[str, str]]:
    """Yield the lines of a packed file with the words that name them.

    Raises
    ------
    InputError
        If the file is not complete, so that nobody can tell what it had.
    """
    try:
        if not path.stat().st_size:
            raise EOFError("it is empty")
        content = gzip.decompress(path.read_bytes())  # all of it, before any line is believed
        for number, line in enumerate(io.BytesIO(content), 1):
            yield f"{path}, line {number}", line.decode().rstrip("\r\n")
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise InputError(f"{path}: is not a complete packed {what} ({error})") from error


def read_records(out: Path, warn: Callable[[str], None] | None = None) -> list[Record]:
    """Return all records of a result folder, packed ones and single ones, each key once.

    A single record wins over a packed one of the same key: it was written later.

    Parameters
    ----------
    out
        Result folder.
    warn
        Called with a sentence about the records that do not fit and are left out, and with one about those
        that the tables of the folder show and that are gone. None where that has been told already.

    Raises
    ------
    InputError
        If a packed file is not complete.
    """
    records, faults = packed_records(out)
    singles, faulty = single_records(out)
    records |= singles
    faults |= faulty
    if warn is not None:
        if faults:
            warn(_left_out(faults))
        if gone := records_gone(out, records):
            warn(f"{out / SCORES}: shows cells whose records are gone ({len(gone)}: {_first(gone)})")
    return [records[key] for key in sorted(records)]


def packed_files(out: Path) -> list[Path]:
    """Return the packed record files of a result folder; later ones take the place of earlier ones."""
    first = [out / PACKED] if (out / PACKED).exists() else []
    return [*first, *sorted(out.glob(PACKED_STEP))]


def packed_records(out: Path) -> tuple[dict[str, Record], dict[str, str]]:
    """Return the packed records of a result folder by key, and by where they are the faults of others.

    Submitted records are among them, as far as they fit into leaderboards of the folder's own.

    Raises
    ------
    InputError
        If a packed file is not complete.
    """
    records: dict[str, Record] = {}
    faults: dict[str, str] = {}
    for path in packed_files(out):
        found, faulty = _checked_lines(path)
        records |= found
        faults |= faulty
    boards = leaderboards_of(records.values()) if (submitted := submission_files(out)) else {}
    for path in submitted:
        theirs, faulty = _checked_lines(path)
        faults |= faulty
        for key, record in theirs.items():
            try:
                records.setdefault(key, place(record, boards))
            except InputError as fault:
                faults[f"{path}, {key}"] = f"{path}: {fault}; `check {path}` tells the way out"
    return records, faults


def _checked_lines(path: Path) -> tuple[dict[str, Record], dict[str, str]]:
    """Return the records of a packed file by key, and the faults of its other lines by where they are."""
    records: dict[str, Record] = {}
    faults: dict[str, str] = {}
    for where, line in packed_lines(path):
        try:
            record = checked(line, where)
            records[record["key"]] = record
        except InputError as fault:
            faults[where] = str(fault)
    return records, faults


def single_records(out: Path) -> tuple[dict[str, Record], dict[str, str]]:
    """Return the single records of a result folder by key, and by where they are the faults of others."""
    records: dict[str, Record] = {}
    faults: dict[str, str] = {}
    for path in sorted((out / "runs").glob(f"*/{RECORD}")):
        try:
            records[path.parent.name] = _read(path)
        except InputError as fault:
            faults[str(path)] = str(fault)
    return records, faults


def records_gone(out: Path, records: Iterable[str]) -> list[str]:
    """Return in words the cells that the tables of a folder show and that have no record, not even a bad one.

    `records` are the keys of those that it has.
    """
    there = {*records, *(path.parent.name for path in (out / "runs").glob(f"*/{RECORD}"))}
    return [cell for key, cell in _cells_shown(out).items() if key not in there]


def _left_out(faults: Mapping[str, str]) -> str:
    """Return one sentence about the records that do not fit, by where they are."""
    first, *others = faults
    more = f" ({len(others)} more do not fit: {_first(others)})" if others else ""
    return f"left out: {faults[first]}{more}"


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def _cells_shown(out: Path) -> dict[str, str]:
    """Return the cells that the tables of a folder were made of, in words by their keys."""
    import pandas as pd  # takes a second, and children need only the names above

    path = out / SCORES
    if not path.exists():
        return {}
    columns = ["key", "method", "seed", "tissue"]
    try:
        table = pd.read_csv(path, usecols=columns, dtype=str, na_filter=False, encoding_errors="replace")
    except ValueError:  # of another form: it tells nothing, and is made anew from the records
        return {}
    cells = table.drop_duplicates("key")[columns].itertuples(index=False)
    return {key: f"{method} seed {seed} on {tissue}" for key, method, seed, tissue in cells}


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


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file; nothing if there is no such file."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_training(folder: Path, key: str, account: Mapping[str, Any]) -> None:
    """Write the account of a finished training, which has the `sha256` of the file that it has written."""
    write_json(folder / TRAINING, with_checksum({**account, "key": key}))


def training_of(out: Path, key: str, result: str) -> dict[str, Any] | None:
    """Return the account of a finished training of a cell, None if there is none.

    `result` is the name of the file that it has written: `EMBEDDING` or `PREDICTIONS`.

    Raises
    ------
    InputError
        If the account is damaged, was edited or is that of another cell, or the file is not what the training
        has written.
    """
    folder = run_folder(out, key)
    path = folder / TRAINING
    if not (path.exists() and (folder / result).exists()):
        return None
    try:
        account = parsed(path.read_bytes())
        intact = isinstance(account, dict) and account.pop("checksum", "") == checksum(account)
    except ValueError as error:
        raise InputError(f"{path}: is damaged") from error
    if not intact:
        raise InputError(f"{path}: was edited, or is of an earlier version")
    if account.pop("key", "") != key:
        raise InputError(f"{path}: is that of another cell")
    if account.get("sha256") != file_sha256(folder / result):
        raise InputError(f"{folder / result}: is not what the training of its cell has written")
    return cast(dict[str, Any], account)


def forget_training(out: Path, key: str) -> None:
    """Have the next run train a cell again, from the beginning."""
    for name in (TRAINING, CHECKPOINT):
        (run_folder(out, key) / name).unlink(missing_ok=True)
