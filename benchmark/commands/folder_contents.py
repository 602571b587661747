"""What a result folder holds: what is wrong with it, what takes space, what of that belongs to nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geneboard.benchmark.commands.drawn_before import NAME as DRAWN
from geneboard.benchmark.engine.child import LOG
from geneboard.benchmark.engine.claims import CLAIMS, Claimed, claims_in
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.records.submissions import SUBMISSIONS
from geneboard.datasets.base import PREPARED_FROM
from geneboard.datasets.errors import InputError

PREPARED = "prepared"
ARTIFACTS = (store.EMBEDDING, store.PREDICTIONS)
PICTURES = (".png", ".svg", ".html")
YOUNG_SECONDS = store.LEFTOVER_SECONDS
"""What is younger and not claimed may be the work of a run that has claimed nothing yet."""


@dataclass(frozen=True)
class Free:
    """Something that can be removed.

    Attributes
    ----------
    path
        The file.
    why
        What it is, in the plural.
    key
        Of the cell in whose folder it is; "" where it is in no such folder. It is removed under its claim.
    """

    path: Path
    why: str
    key: str = ""


@dataclass
class Contents:
    """What was found in a result folder.

    Attributes
    ----------
    out
        The folder.
    records
        The sound records by key.
    faults
        What is wrong, each a sentence with the way out.
    notes
        What is worth knowing and not wrong.
    free
        What can be removed.
    dead
        Keys of the claims that dead runs have left.
    living
        The claims of living runs, by key.
    """

    out: Path
    records: dict[str, Record] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    free: list[Free] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    living: dict[str, Claimed] = field(default_factory=dict)


def contents_of(out: Path) -> Contents:
    """Look through a result folder; nothing is changed.

    Every embedding and every prepared graph is read.
    """
    found = Contents(out)
    _read_records(found)
    _read_claims(found)
    for folder in sorted(path for path in (out / "runs").glob("*") if path.is_dir()):
        _look_into(folder, found)
    _look_for_leftovers(found)
    if not found.living:
        _look_for_unused_data(found)
    return found


def kinds(out: Path) -> dict[str, list[Path]]:
    """Return the files of a result folder by what they are."""
    found: dict[str, list[Path]] = {}
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        found.setdefault(_kind(path.relative_to(out)), []).append(path)
    return found


def _kind(path: Path) -> str:
    if store.LEFTOVER.fullmatch(path.name) or path.parts[0] == CLAIMS:
        return "leftovers and claims"
    if path.parts[0] == PREPARED:
        return "prepared data"
    if path.name in ARTIFACTS:
        return "embeddings and predictions"
    if path.name == store.CHECKPOINT:
        return "checkpoints"
    if path.name == LOG or path.suffix == ".log":
        return "logs"
    packed = path.name == store.PACKED or path.match(store.PACKED_STEP)
    if packed or path.name in (store.RECORD, store.TRAINING) or path.parts[0] == SUBMISSIONS:
        return "records"
    return "pictures and pages" if path.suffix in PICTURES or path.name == DRAWN else "tables and others"


def _read_records(found: Contents) -> None:
    out = found.out
    try:
        found.records, faults = store.packed_records(out)
        found.faults += faults.values()
    except InputError as fault:
        found.faults.append(f"{fault}; make it again with `tables --pack` of the folder it was made from")
    singles, faults = store.single_records(out)
    found.records |= singles
    found.faults += faults.values()
    found.faults += [
        f"{out / store.SCORES}: shows {cell}, whose record is gone; run it again, or `tables` to leave it out"
        for cell in store.records_gone(out, found.records)
    ]


def _read_claims(found: Contents) -> None:
    chained: set[Path] = set()
    for claims in claims_in(found.out):
        chained.update(claimed.path for claimed in claims)
        key = claims[0].path.name
        if _is_dead(claims[-1]):
            found.dead.append(key)
        else:
            found.living[key] = claims[-1]
    others = [path for path in (found.out / CLAIMS).glob("*") if path not in chained]
    found.free += [Free(path, "parts of dead claims") for path in others if _is_old(path)]
    if found.living:
        runs = sorted({str(claimed.claim) for claimed in found.living.values()})
        found.notes.append(f"at work on {len(found.living)} cells: {'; '.join(runs)}")
    if found.dead:
        found.notes.append(
            f"claims that dead runs have left: {len(found.dead)}; the next run takes them over"
        )


def _is_dead(claimed: Claimed) -> bool:
    try:
        return claimed.is_dead()
    except OSError:  # the folder cannot be written, so the age of a claim is not known
        return False


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > YOUNG_SECONDS
    except FileNotFoundError:  # a run has finished it meanwhile
        return False


def _look_into(folder: Path, found: Contents) -> None:
    """Look into the folder of a cell."""
    key = folder.name
    if key in found.living:
        return
    record = found.records.get(key)
    is_sound = record is not None and record["status"] in ("ok", "skipped")
    has_record = record is not None or (folder / store.RECORD).exists()
    for name in ARTIFACTS:
        if not (folder / name).exists():
            continue
        if (folder / store.TRAINING).exists():
            try:
                store.training_of(found.out, key, name)
            except InputError as fault:
                found.faults.append(f"{fault}; delete {folder} to have the cell run again")
        elif not has_record:
            found.free.append(Free(folder / name, "results of trainings that were killed", key))
    if (checkpoint := folder / store.CHECKPOINT).exists():
        if is_sound:
            found.free.append(Free(checkpoint, "checkpoints of finished cells", key))
        else:
            found.notes.append(f"{folder}: its training was interrupted; the next run goes on from there")
    if (log := folder / LOG).exists():
        if is_sound:
            found.free.append(Free(log, "logs of finished cells", key))
        elif not has_record and not any(
            (folder / name).exists() for name in (store.CHECKPOINT, store.TRAINING)
        ):
            found.free.append(Free(log, "logs of cells that were killed", key))


def _look_for_leftovers(found: Contents) -> None:
    out = found.out
    for path in sorted(out.rglob(".*.partial")):
        if store.LEFTOVER.fullmatch(path.name) and path.parent.name not in found.living and _is_old(path):
            key = path.parent.name if path.parent.parent == out / "runs" else ""
            found.free.append(Free(path, "unfinished files", key))
    if not found.living and all(record["status"] in ("ok", "skipped") for record in found.records.values()):
        logs = sorted((out / "runs").glob("*.log"))  # of scoring and of layouts, which all cells share
        found.free += [Free(path, "logs of finished cells") for path in logs if _is_old(path)]


def _look_for_unused_data(found: Contents) -> None:
    """Find prepared graphs and tissues whose data no record has; what cannot be told apart stays."""
    folder = found.out / PREPARED
    records = found.records.values()
    used = {digest for record in records for digest in record["data_hashes"].values()}
    unused: list[Path] = []
    for path in sorted(folder.glob("*.json")):
        graphs, heldout = _listed_graphs(path)
        if used.issuperset(graphs):
            used.update(heldout)
        else:
            unused.append(path)
    # A graph as it comes out of the steps, before it is part of a tissue, has another digest and the same
    # identity; of records without that, whatever has the name of one of their datasets may be it.
    used.update(identity for record in records for identity in record.get("prepared_from", {}).values())
    used.update(name for record in records if "prepared_from" not in record for name in record["data_hashes"])
    unused += [path for path in sorted(folder.glob("*.h5ad")) if used.isdisjoint(_names_of(path))]
    found.free += [Free(path, "prepared data that no record uses") for path in unused if _is_old(path)]


def _listed_graphs(path: Path) -> tuple[Sequence[str], Sequence[str]]:
    """Return the digests of the graphs and of the held-out graphs of a tissue; none of another file."""
    try:
        content = json.loads(path.read_bytes())
        graphs, heldout = ([one["digest"] for one in content.get(part, ())] for part in ("graphs", "heldout"))
    except (ValueError, KeyError, TypeError, AttributeError):  # lists of genes, questions
        return (), ()
    return graphs, heldout


def _names_of(path: Path) -> set[str]:
    """Return what a prepared graph is known by: digest, identity and name; nothing if the file is damaged."""
    import h5py

    try:
        with h5py.File(path) as file:
            about = {
                name: file["uns/geneboard"][name].asstr()[()] for name in ("digest", "name", "provenance")
            }
        return {about["digest"], about["name"], str(json.loads(about["provenance"]).get(PREPARED_FROM, ""))}
    except (OSError, KeyError, AttributeError, ValueError):
        return set()


def size(paths: Sequence[Path]) -> int:
    """Return how many bytes some files have; those that are gone meanwhile have none."""
    return sum(_sizes(paths))


def _sizes(paths: Sequence[Path]) -> Iterator[int]:
    for path in paths:
        try:
            yield path.stat().st_size
        except FileNotFoundError:
            continue
