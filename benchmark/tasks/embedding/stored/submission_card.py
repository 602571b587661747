"""The card beside a submitted record file: what its records say, and what its authors alone know."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from geneboard.benchmark.records.record import Record, variant_suffix
from geneboard.benchmark.report.groups import Group, select_groups
from geneboard.benchmark.report.rows import make_rows
from geneboard.benchmark.report.wording import counted
from geneboard.benchmark.tasks.embedding.board.metrics import JOINT
from geneboard.benchmark.tasks.embedding.stored.card import SCORES, items, row_scores, versions_text

AUTHORS = {
    "Authors": "who made the method, and whom to ask",
    "Code": "where it is, and which version was run",
    "Licence": "of the code",
    "Trained on": "other data than the graphs, with names and versions; or nothing",
}
"""What only the authors know, and what is to be written there."""

NOT_KEPT = "not kept"

_FIELD = re.compile(rf"^({'|'.join(AUTHORS)}):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_DIGEST = re.compile(r"^- ([0-9a-f]+): ([0-9a-f]{64})$", re.MULTILINE)


def submission_card(
    records: Sequence[Record], embeddings: Mapping[str, str], authors: Mapping[str, str]
) -> str:
    """Return the card of submitted records, Markdown.

    Parameters
    ----------
    records
        Cells of one method, as they are submitted.
    embeddings
        Sha256 of the file of each embedding by the key of its cell, as far as there is one.
    authors
        What the authors have written, by the names of `AUTHORS`.
    """
    first = max(records, key=lambda record: (record["cost"]["finished_at"], record["key"]))
    boards = select_groups(records)
    ends = Counter(record["status"] for record in records)
    told = ", ".join(f"{n} {status}" for status, n in sorted(ends.items()))
    return "\n".join(
        [
            f"# {first['title']}: {counted(len(records), 'cell')} for the reference run of geneboard",
            "",
            *(line for name in AUTHORS for line in (f"{name}: {authors.get(name, '')}".rstrip(), "")),
            "Filled in by the authors: "
            + "; ".join(f"{name}: {what}" for name, what in AUTHORS.items())
            + ".",
            "What follows is read from the records.",
            "",
            "## Method",
            "",
            *items(
                {
                    "method": f"{first['title']} ({first['method']}, {first['kind']})",
                    "published": first["reference"],
                    "cells": f"{len(records)} ({told})",
                    **_settings(records),
                }
            ),
            "",
            "## Scores",
            "",
            "| source | preset | tissue | row | joint score | range over seeds | interval over datasets "
            "| seeds | status |",
            "| --- | --- | --- | --- | ---: | --- | --- | --- | --- |",
            *(line for board in boards for line in _scores(board)),
            "",
            SCORES,
            "",
            "## Data",
            "",
            "| source | preset | tissue | data | datasets |",
            "| --- | --- | --- | --- | --- |",
            *(
                f"| {board.source} | {board.preset} | {board.tissue} | {board.data_hash} "
                f"| {', '.join(board.datasets)} |"
                for board in boards
            ),
            "",
            "## Embeddings",
            "",
            "Sha256 of the file of each cell:",
            "",
            *(
                f"- {record['key']}: {embeddings.get(record['key'], NOT_KEPT)}"
                for record in sorted(records, key=lambda record: record["key"])
                if record["status"] == "ok"
            ),
            "",
            "## Made by",
            "",
            *items({what: _all(records, read) for what, read in _MADE_BY.items()}),
            "",
        ]
    )


def _settings(records: Iterable[Record]) -> dict[str, str]:
    """Return the settings of each row in each preset."""
    found: dict[str, str] = {}
    for record in records:
        row = f"{record['title']}{variant_suffix(record['overrides'])}, preset {record['preset']}"
        found[f"settings of {row}"] = json.dumps(record["settings"], sort_keys=True)
    return found


def _scores(board: Group) -> Iterable[str]:
    for row in make_rows(board.records):
        mean, over_seeds, over_datasets = row_scores(row, [JOINT])[JOINT]
        seeds = ", ".join(str(record["seed"]) for record in row.records)
        yield (
            f"| {board.source} | {board.preset} | {board.tissue} | {row.title} | {mean} | {over_seeds} "
            f"| {over_datasets} | {seeds} | {row.status} |"
        )


def _all(records: Iterable[Record], read: Callable[[Record], str]) -> str:
    return "; ".join(sorted(set(map(read, records))))


_MADE_BY: Mapping[str, Callable[[Record], str]] = {
    "device": lambda record: f"{record['device']}, {counted(record['threads'], 'thread')}",
    "host": lambda record: record["cost"]["host"],
    "packages": lambda record: versions_text(record["versions"]),
    "versions of the metrics": lambda record: versions_text(record["metric_versions"]),
    "revision of geneboard": lambda record: record["git_revision"] or "not known",
    "code of the method (fingerprint)": lambda record: record["code"],
}


def authors_fields(card: str) -> dict[str, str]:
    """Return what the authors have written into a card, by the names of `AUTHORS`."""
    return dict(_FIELD.findall(card))


def line_that_differs(card: str, records: Sequence[Record]) -> str:
    """Return the first line of the card of some records that a card does not have, or nothing.

    What the authors have written is theirs, also in lines of their own; digests of embeddings are taken as
    they stand, since no record has them.
    """
    own = {line.strip() for line in card.splitlines()}
    expected = submission_card(records, dict(_DIGEST.findall(card)), authors_fields(card))
    return next((line for line in expected.splitlines() if line.strip() not in own), "")
