"""Where the numbers of each row of a leaderboard come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from geneboard.benchmark.records.metric_versions import versions_text
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.groups import Group
from geneboard.benchmark.report.rows import make_rows
from geneboard.benchmark.report.table import Column, Part, Table
from geneboard.benchmark.report.wording import short_revision

_OF_RECORD: dict[str, tuple[Callable[[Record], str], str]] = {
    "seeds": (lambda record: str(record["seed"]), ", "),
    "code": (lambda record: record["code"][:12], ", "),
    "metrics": (versions_text, ", "),
    "revision": (short_revision, ", "),
    "device": (lambda record: f"{record['device']}, threads: {record['threads']}", "; "),
    "versions": (
        lambda record: ", ".join(
            f"{package} {version}" for package, version in sorted(record["versions"].items())
        ),
        "; ",
    ),
    "cells": (lambda record: record["key"][:12], ", "),
    "reference": (lambda record: record["reference"], ", "),
}
"""Heads of the columns, what they say of a cell, and what stands between the cells of a row."""


def provenance_table(group: Group, names: Iterable[str]) -> Table:
    """Return a table for the report alone, of some rows in their order."""
    rows = {row.name: row for row in make_rows(group.records)}
    lines = [
        {
            "title": rows[name].title,
            "kind": rows[name].first["kind"],
            **{
                head: sign.join(dict.fromkeys(map(read, rows[name].records)))
                for head, (read, sign) in _OF_RECORD.items()
            },
        }
        for name in names
    ]
    return Table(
        stem="provenance",
        title="Provenance of each row",
        columns=(Column("title", "method", kind="name"), *(Column(head, kind="text") for head in _OF_RECORD)),
        parts=(Part("", tuple(lines)),),
        formats=frozenset({"html"}),
        folded=True,
    )
