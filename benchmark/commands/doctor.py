"""The command `doctor`: is a result folder sound, what takes space, and what can go."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.commands import arguments as given
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geneboard.benchmark.commands.folder_contents import Contents
    from geneboard.benchmark.records.record import Record


@dataclass(frozen=True)
class Diagnosis:
    """What `doctor` has found in a result folder.

    Attributes
    ----------
    verdict
        In one sentence.
    faults, notes
        What is wrong, with the way out; and what is worth knowing.
    space
        For each kind of file: files, bytes, and bytes that can be freed.
    removed
        What was removed: how many files, by what they were.
    """

    verdict: str
    faults: Sequence[str]
    notes: Sequence[str]
    space: Sequence[dict[str, object]]
    removed: dict[str, int]


def doctor(*, out: given.Folder = "results", clean: bool = False) -> Diagnosis:
    """Check a result folder: what is wrong, what can be done, what takes space.

    Records and embeddings are compared with their checksums. Nothing is changed without `clean`.

    Parameters
    ----------
    out
        Result folder.
    clean
        Remove what belongs to nothing or can be made again: leftovers and claims of killed runs, logs of
        finished cells, prepared data that no record uses.

        No record goes, no embedding that a record names, and nothing that a living run has claimed; what is
        younger than an hour and in no folder of a cell stays too.

    Returns
    -------
    Diagnosis
        What was found.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    from geneboard.benchmark.commands.folder_contents import contents_of, kinds, size

    out = Path(out)
    if not out.is_dir():
        raise InputError(f"--out {out}: no such folder")
    found = contents_of(out)
    removed = _cleaned(found) if clean else Counter[str]()
    if clean:
        found = contents_of(out)
    free = {one.path for one in found.free}
    space: list[dict[str, object]] = []
    total = freeable = 0
    for kind, paths in kinds(out).items():
        own, of_that = size(paths), size([path for path in paths if path in free])
        total, freeable = total + own, freeable + of_that
        space.append(
            {"kind": kind, "files": len(paths), "size": text_of(own), "can be freed": text_of(of_that)}
        )
    state = f"{len(found.faults)} things are wrong" if len(found.faults) > 1 else "one thing is wrong"
    verdict = f"{out}: {state if found.faults else 'sound'}; {len(found.records)} records, {text_of(total)}"
    if freeable or found.dead:
        verdict += f", {text_of(freeable)} of which can be freed with --clean"
    return Diagnosis(verdict, found.faults, [*found.notes, *_older(found)], space, dict(removed))


def text_of(size: float) -> str:
    """Return a number of bytes for people."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _cleaned(found: Contents) -> Counter[str]:
    """Remove what can go, each under the claim of its cell; return how many files of what."""
    from geneboard.benchmark.engine.claims import Claims

    removed: Counter[str] = Counter()
    by_cell = defaultdict(list)
    for one in found.free:
        by_cell[one.key].append(one)
    with Claims(found.out) as ours:
        for key in found.dead:
            if ours.take(key):
                removed["claims of dead runs"] += 1
                ours.release(key)
        for key, things in by_cell.items():
            if key and not ours.take(key):  # a run has begun with it meanwhile
                continue
            for one in things:
                one.path.unlink(missing_ok=True)
                removed[one.why] += 1
            if key:
                folder = things[0].path.parent
                if not any(folder.iterdir()):
                    folder.rmdir()
                ours.release(key)
    return removed


def _older(found: Contents) -> list[str]:
    """Return sentences about records that a run of this version would not take as they are."""
    from geneboard.benchmark import registry
    from geneboard.benchmark.cells.fingerprint import method_code
    from geneboard.benchmark.cells.versions import metric_versions
    from geneboard.benchmark.records.record import SCHEMA_VERSION
    from geneboard.benchmark.records.store import TRAINING, run_folder

    records = [record for record in found.records.values() if record["task"] == "embedding"]
    now, known = metric_versions(), {entry.name: entry for entry in registry.methods(installed=False)}
    notes = []
    stale = [record for record in records if _scored_otherwise(record, now)]
    if stale:
        notes.append(
            f"scored by other versions of the metrics: {len(stale)} records; the same `run` scores them "
            "again, without training; packed embeddings are for `rescore`"
        )
    former = [
        record
        for record in records
        if record["method"] in known
        and (run_folder(found.out, record["key"]) / TRAINING).exists()
        and "covered_by" not in record
        and record["code"] != method_code(known[record["method"]])
    ]
    if former:
        methods = ", ".join(sorted({record["method"] for record in former}))
        notes.append(
            f"trained by other code: {len(former)} records ({methods}); `run` trains them beside these"
        )
    if unverified := sum(record["schema"] != SCHEMA_VERSION for record in found.records.values()):
        notes.append(
            f"without a checksum, of an earlier version: {unverified} records; they cannot be verified"
        )
    return notes


def _scored_otherwise(record: Record, now: dict[str, int]) -> bool:
    scored = record["metric_versions"]
    return record["status"] == "ok" and any(scored.get(name) != version for name, version in now.items())


def show_doctor(found: Diagnosis) -> int:
    """Print the verdict first, then what is wrong, what is worth knowing and what takes space."""
    from geneboard.benchmark.commands.terminal import show_lines, show_rows, with_heads
    from geneboard.benchmark.records.printable import printable

    print(printable(found.verdict))
    for fault in found.faults:
        show_lines("wrong:", fault)
    for note in found.notes:
        show_lines("note:", note)
    for what, number in sorted(found.removed.items()):
        show_lines("removed:", f"{number} {what}")
    if found.space:
        show_rows(with_heads(found.space))
    return 1 if found.faults else 0
