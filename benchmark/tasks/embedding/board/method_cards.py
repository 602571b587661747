"""A card for each method: what it is, what it was trained on, how it was run here, and where it deviates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path

from geneboard.benchmark import registry
from geneboard.benchmark.records.descriptions import description_of
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.registry import Entry
from geneboard.benchmark.report.groups import canonical
from geneboard.benchmark.report.section import Definition, Glossary
from geneboard.benchmark.report.wording import counted
from geneboard.benchmark.tasks.embedding.board.training_data import NOT_STATED, is_scored_on_it, trained_on

DEVIATIONS = re.compile(
    r"^Deviations from the published \w+:\n\n(.*?)(?=\n\n\S|\Z)", re.DOTALL | re.MULTILINE
)
"""Where the docstring of a method lists them."""

LENGTH = "epochs"
"""The setting that says how long a method is trained."""


def method_cards(records: Iterable[Record], out: Path | None = None) -> Glossary:
    """Return the cards of the methods that records are of, by title.

    Parameters
    ----------
    records
        Cell records of the task, in any order.
    out
        Result folder, which keeps what plugins said of themselves.
    """
    ours = {entry.name: entry for entry in registry.methods(installed=False)}
    ordered = sorted(records, key=_title_and_name)
    titles = Counter(title for title, _ in {_title_and_name(record) for record in ordered})
    return Glossary(
        title="What the methods are",
        anchor="methods",
        text="Settings, epochs and hardware are those of the records of this folder. AUC and NO score the "
        "gene graphs: a method that was trained on them is scored on what it has seen.",
        definitions=[
            _card(list(of_method), ours.get(name), title if titles[title] == 1 else f"{title} ({name})", out)
            for (title, name), of_method in groupby(ordered, key=_title_and_name)
        ],
    )


def _title_and_name(record: Record) -> tuple[str, str]:
    return record["title"], record["method"]


def _card(records: Sequence[Record], entry: Entry | None, title: str, out: Path | None) -> Definition:
    first = records[0]
    text = _docstring(records, entry, out)
    deviations = DEVIATIONS.search(text)
    told = " ".join(deviations[1].split()) if deviations else ""
    details = {
        "Kind": first["kind"],
        "Source": first["reference"] or NOT_STATED,
        "Trained on": trained_on(first),
        "Trained on what it is scored on": is_scored_on_it(first),
        "Epochs": _epochs(records),
        "Settings": _all_of(records, _settings),
        "Hardware": _all_of(records, _hardware),
        "Deviations": told.removeprefix("- ").replace(" - ", " ") or _no_deviations(first),
    }
    what = " ".join(text.partition("\n\n")[0].split())
    return Definition(title, text=what or "What it is, is not kept with its records.", details=details)


def _docstring(records: Sequence[Record], entry: Entry | None, out: Path | None) -> str:
    """Return what the class of a method says of itself; that of a plugin is only where it was run."""
    if records[0]["kind"] == "plugin":
        return description_of(out, records) if out is not None else ""
    return entry.docstring if entry is not None else ""


def _no_deviations(record: Record) -> str:
    if record["kind"] == "plugin":
        return NOT_STATED
    return "none is known" if record["kind"] == "published" else "none: it has no publication to deviate from"


def _all_of(records: Sequence[Record], read: Callable[[Record], str]) -> str:
    """Return what records say, each text once with the presets that it is of where they differ."""
    found: dict[str, list[str]] = {}
    for record in sorted(records, key=lambda one: (one["preset"], one["source"], one["tissue"], one["seed"])):
        presets = found.setdefault(read(record), [])
        if record["preset"] not in presets:
            presets.append(record["preset"])
    if len(found) == 1:
        return next(iter(found))
    return "; ".join(f"{text} (preset {' and '.join(presets)})" for text, presets in found.items())


def _epochs(records: Sequence[Record]) -> str:
    return _all_of(records, lambda record: str(record["settings"].get(LENGTH, "trains in no epochs")))


def _settings(record: Record) -> str:
    settings = {name: value for name, value in record["settings"].items() if name != LENGTH}
    return canonical(settings) if settings else "none"


def _hardware(record: Record) -> str:
    host = record["cost"]["host"] if record["device"] != "cpu" else ""
    return f"{record['device']}, {counted(record['threads'], 'thread')}" + (f", {host}" if host else "")
