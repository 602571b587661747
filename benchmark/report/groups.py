"""Which records share a leaderboard, and which are left out of it and why."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from geneboard.benchmark.records.metric_versions import scored_alike
from geneboard.benchmark.records.record import Record, age, covering_embedding
from geneboard.datasets.base import HELDOUT, TRUTH

OLDER_DATA = "of other data than the newest"
OLDER_METRICS = "scored by an older version of the metrics"
OLDER_CODE = "of an older version of the code or of its packages"
OLDER_DEFAULTS = "of earlier defaults"
REPEATED = "repeated later with other threads or on another device"
REPLACED = "not ok, where the same seed is ok with other threads or on another device"


@dataclass(frozen=True)
class LeftOut:
    """A record that is in no leaderboard, and why, as the end of the sentence "a record ..."."""

    record: Record
    reason: str


@dataclass(frozen=True)
class Group:
    """The records of one leaderboard: one source, preset, tissue and state of the data.

    Attributes
    ----------
    folder
        Where its tables go, relative to the result folder.
    tissue
        The tissue, or the name of another problem.
    records
        At most one per (method, hyper-parameters, seed), in a fixed order.
    left_out
        Records of the same source, preset and tissue that are not used.
    covered_by
        Name of the precomputed embedding on whose genes the cells were scored; empty for all genes.
    """

    source: str
    preset: str
    tissue: str
    folder: PurePath
    records: tuple[Record, ...]
    left_out: tuple[LeftOut, ...]
    covered_by: str = ""

    @property
    def task(self) -> str:
        """Name of the task."""
        return self.records[0]["task"]

    @property
    def datasets(self) -> tuple[str, ...]:
        """Names of the datasets of the tissue."""
        return dataset_names(self.records[0])

    @property
    def data_hash(self) -> str:
        """Short digest of all datasets together."""
        return data_digest(self.records[0])

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the records."""
        return tuple(sorted({record["seed"] for record in self.records}))

    @property
    def left_out_counts(self) -> dict[str, int]:
        """Number of records left out, by reason."""
        counts = Counter(left.reason for left in self.left_out)
        return {reason: counts[reason] for reason in sorted(counts)}


def dataset_names(record: Record) -> tuple[str, ...]:
    """Return the names of the datasets a cell was scored on."""
    if "covered_by" in record:
        return tuple(sorted(record["covered_by"]["datasets"]))
    return tuple(sorted(name for name in record["data_hashes"] if name not in (TRUTH, HELDOUT)))


def data_digest(record: Record) -> str:
    """Return twelve hexadecimal digits that identify the data of a cell."""
    return hashlib.sha256(canonical(_data(record)).encode()).hexdigest()[:12]


def _data(record: Record) -> Any:
    data: Any = record["data_hashes"]
    if "covered_by" in record:
        data = [data, record["covered_by"]["sha256"]]
    if "problem" in record:  # other landmarks or targets are another test
        data = [data, record["problem"]]
    return data


BoardKey = tuple[str, str, str, str, str]
"""Source, preset, tissue, name of a covering embedding, and task."""


def board_of(record: Record) -> BoardKey:
    """Return which leaderboard a cell may be in; cells of two tasks share none."""
    return record["source"], record["preset"], record["tissue"], covering_embedding(record), record["task"]


def canonical(value: Any) -> str:
    """Return the one JSON text of a value, whatever the order of its keys."""
    return json.dumps(value, sort_keys=True)


def select_groups(records: Iterable[Record]) -> list[Group]:
    """Sort records into leaderboards, those of each task by themselves.

    Cells that were scored on the genes of a precomputed embedding have leaderboards of their own. Within a
    (source, preset, tissue), a leaderboard uses the newest data and the newest metrics; for a
    method and its hyper-parameters the newest code and packages; and for a seed the newest record that is ok,
    or else the newest. What is newest is decided by the time a cell finished, or a run last took it over
    (`records.record.age`).

    Parameters
    ----------
    records
        Cell records in any order; exact duplicates count once.

    Returns
    -------
    list of Group
        Ordered by source, preset and tissue; the order of the records makes no difference.
    """
    by_group: dict[BoardKey, list[Record]] = defaultdict(list)
    for record in _without_duplicates(records):
        by_group[board_of(record)].append(record)
    folders = _source_folders({source for source, *_ in by_group})
    groups = []
    for board in sorted(by_group):
        source, preset, tissue, covered_by, _ = board
        kept, left_out = _select(by_group[board])
        folder = PurePath(folders[source], safe_name(preset), folder_name(tissue))
        if covered_by:
            folder /= f"genes-of-{safe_name(covered_by)}"
        groups.append(Group(source, preset, tissue, folder, tuple(kept), tuple(left_out), covered_by))
    return groups


def _without_duplicates(records: Iterable[Record]) -> list[Record]:
    """Drop exact copies (a record may also lie in a packed file) and put the rest in a fixed order."""
    by_key: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record not in by_key[record["key"]]:
            by_key[record["key"]].append(record)
    return [
        record
        for key in sorted(by_key)
        for record in sorted(by_key[key], key=lambda record: canonical(record["cost"]))
    ]


def safe_name(name: str) -> str:
    """Return a name as a folder name: "files:data" becomes "files-data"."""
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", name).strip(".-") or "unnamed"


def folder_name(name: str) -> str:
    """Return a name as a folder name that no other name has: "t 1" is not "t-1".

    A colon alone changes nothing: "files:data" is "files-data".
    """
    safe = safe_name(name)
    return safe if safe == name.replace(":", "-") else f"{safe}-{_short_digest(name)}"


def _short_digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def _source_folders(sources: set[str]) -> dict[str, str]:
    """Give every source its own folder, also where two labels look the same as folder names."""
    count = Counter(safe_name(source).casefold() for source in sources)
    folders = {}
    for source in sources:
        folders[source] = safe_name(source)
        if count[folders[source].casefold()] > 1:
            folders[source] += f"-{_short_digest(source)}"
    return folders


def _select(records: Sequence[Record]) -> tuple[list[Record], list[LeftOut]]:
    def setting(record: Record) -> Hashable:
        return record["method"], canonical(record["settings"])

    def variant(record: Record) -> Hashable:
        return record["method"], canonical(record["overrides"])

    left_out: list[LeftOut] = []
    kept = _newest(records, lambda _: None, _data, OLDER_DATA, left_out)
    kept = _newest(kept, lambda _: None, scored_alike(records), OLDER_METRICS, left_out)
    # Two steps: an edited default makes two settings of one name, and an override of yesterday can be the
    # default of today. Neither may give two rows.
    kept = _newest(kept, setting, lambda one: (one["code"], one["versions"]), OLDER_CODE, left_out)
    kept = _newest(kept, variant, lambda one: canonical(one["settings"]), OLDER_DEFAULTS, left_out)
    return _one_per_seed(kept, left_out), left_out


def _newest(
    records: Sequence[Record],
    same: Callable[[Record], Hashable],
    version: Callable[[Record], Any],
    reason: str,
    left_out: list[LeftOut],
) -> list[Record]:
    """Keep, of the records that are the same thing, those of the version that the newest of them has."""
    things = list(map(same, records))
    members: dict[Hashable, list[Record]] = defaultdict(list)
    for thing, record in zip(things, records, strict=True):
        members[thing].append(record)
    newest = {thing: version(max(those, key=age)) for thing, those in members.items()}
    kept = []
    for thing, record in zip(things, records, strict=True):
        if version(record) == newest[thing]:
            kept.append(record)
        else:
            left_out.append(LeftOut(record, reason))
    return kept


def _one_per_seed(records: Sequence[Record], left_out: list[LeftOut]) -> list[Record]:
    cells: dict[tuple[str, str, int], list[Record]] = defaultdict(list)
    for record in records:
        cells[record["method"], canonical(record["overrides"]), record["seed"]].append(record)
    kept = []
    for cell in sorted(cells):
        best = max(cells[cell], key=lambda record: (record["status"] == "ok", age(record)))
        kept.append(best)
        for record in cells[cell]:
            if record is not best:
                newer = best["status"] == "ok" and record["status"] != "ok"
                left_out.append(LeftOut(record, REPLACED if newer else REPEATED))
    return kept
