"""Which version of each metric has scored a record, and which records may share a table by that."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from geneboard.benchmark.records.record import Record

EMBEDDING = ("ASW", "AUC", "iLISI", "GC", "CGR", "NO", "AUC_offdiag", "module_nmi")
HELDOUT = (*EMBEDDING, "AUC_heldout", "NO_heldout")
INFERENCE = ("PCC", "PCC_within", "MAE", "RMSE", "R95", "R99", "rank_correlation", "SCC")

FIRST_VERSIONS = {
    "094557bbd118776290164af960ab0509d4a25acb555cd9a30fa540a6166ee6c4": EMBEDDING,
    "0d265f70f099d0fcde94686de5d6bb88844b353fd3042812731afce7b671fd32": HELDOUT,
    "df157bf43e1d1a3413b38356db287741ac303b83ed38661e4ce916691dc4bafb": INFERENCE,
}
"""Hashes of the sources of the metrics in old records: those under which the metrics were of version 1."""


def former_versions(record: Mapping[str, Any]) -> dict[str, int | str]:
    """Return the versions of the metrics of a record that has a hash of their sources.

    Of a hash that is not in `FIRST_VERSIONS` nothing is known: it is the version, which no other record has.
    """
    code = record["metrics_code"]
    if code in FIRST_VERSIONS:
        return dict.fromkeys(FIRST_VERSIONS[code], 1)
    return dict.fromkeys(INFERENCE if "problem" in record else EMBEDDING, code)


def needs_rescoring(record: Record, versions: Mapping[str, int], scored_with: Mapping[str, Any]) -> bool:
    """Return whether a cell that is ok was scored otherwise than it would be now.

    Parameters
    ----------
    record
        The record of the cell.
    versions
        Version of every metric.
    scored_with
        Fields of the record that decide how it is scored (`benchmark.cells.cell.Cell`).
    """
    scored = record["metric_versions"]
    differs = any(scored.get(name) != now for name, now in versions.items())
    otherwise = any(record.get(name) != now for name, now in scored_with.items())
    return record["status"] == "ok" and (differs or otherwise)


def other_versions(record: Record, versions: Mapping[str, int | str], there: str) -> list[str]:
    """Return the metrics that a record and something else have in other versions: "AUC 2, here 1".

    `there` says where the others are; metrics that either lacks do not count.
    """
    return [
        f"{name} {version}, {there} {versions[name]}"
        for name, version in record["metric_versions"].items()
        if versions.get(name, version) != version
    ]


def scored_alike(records: Iterable[Record]) -> Callable[[Record], Hashable]:
    """Return what reads the versions of the metrics that all records have; equal ones may share a table."""
    common = sorted(set.intersection(*(set(record["metric_versions"]) for record in records)))
    return lambda record: tuple(record["metric_versions"][name] for name in common)


def versions_text(record: Record) -> str:
    """Return the versions of the metrics for people: ``"1"``, or ``"ASW 2, AUC 1, …"`` if they differ."""
    versions = {name: str(version)[:12] for name, version in record["metric_versions"].items()}
    if len(set(versions.values())) == 1:
        return next(iter(versions.values()))
    return ", ".join(f"{name} {version}" for name, version in versions.items())
