"""Check a record file that shall stand in the reference run, rule by rule, and what mends it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from geneboard.benchmark import registry
from geneboard.benchmark.cells.versions import metric_versions
from geneboard.benchmark.plugin_kit.check import Verdict
from geneboard.benchmark.plugin_kit.cures import NOT_TESTED
from geneboard.benchmark.records import store
from geneboard.benchmark.records.check import WAY_OUT, checked
from geneboard.benchmark.records.metric_versions import other_versions
from geneboard.benchmark.records.printable import with_texts
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.records.submissions import (
    ENDING,
    Leaderboards,
    data_fault,
    is_submittable,
    leaderboards_of,
    metrics_fault,
    submission_files,
)
from geneboard.benchmark.registry import title_key
from geneboard.benchmark.report.groups import select_groups
from geneboard.benchmark.report.wording import listed
from geneboard.benchmark.tasks.embedding.stored.submission_card import (
    AUTHORS,
    authors_fields,
    line_that_differs,
)
from geneboard.datasets.errors import InputError

MOST_BYTES = 3_000_000
"""Fifteen records of MuSe-GNN with their curves of 2000 epochs take 1.1 million."""

HOME = re.compile(r"(?:/home|/Users)/[^/\s\"\\:]+|/root(?=[/\"])|[A-Za-z]:\\+Users\\+[^\\\s\"]+")
"""Home folders in JSON, on Linux, macOS and Windows."""


@dataclass(frozen=True, eq=False)
class Submission:
    """A record file, and what it is checked against.

    Attributes
    ----------
    path
        The file.
    records, faults
        Its records, and what is wrong with other lines.
    card
        Text of the card beside it, None if there is none.
    boards
        Leaderboards of the reference run.
    taken
        Names of the methods that are there already, geneboard's own and those of the reference run and of
        other submissions, by name and by what titles are compared by.
    """

    path: Path
    records: tuple[Record, ...]
    faults: tuple[str, ...]
    card: str | None
    boards: Leaderboards
    taken: Mapping[str, str]


def is_submission(name: str) -> bool:
    """Return whether what is to be checked is a record file."""
    return name.endswith(ENDING)


def card_of(path: Path) -> Path:
    """Return where the card of a submitted record file is: ``METHOD.md`` beside ``METHOD.jsonl.gz``."""
    return path.with_name(path.name.removesuffix(ENDING) + ".md")


def open_submission(path: Path, reference: Path) -> Submission:
    """Read a record file and its card.

    Parameters
    ----------
    path
        The file.
    reference
        Result folder of the reference run, which may have it already.

    Raises
    ------
    InputError
        If one of the files cannot be read.
    """
    records: list[Record] = []
    faults: list[str] = []
    for where, line in store.packed_lines(path):
        try:
            records.append(checked(line, where))
        except InputError as fault:
            faults.append(str(fault).removesuffix(f"; {WAY_OUT}"))
    card = card_of(path)
    try:
        text = card.read_text("utf-8") if card.exists() else None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{card}: cannot be read as text ({error})") from error
    known = [record for file in store.packed_files(reference) for record in store.read_packed(file)]
    others = [file for file in submission_files(reference) if file.resolve() != path.resolve()]
    theirs = [*known, *(record for file in others for record in store.read_packed(file))]
    return Submission(path, tuple(records), tuple(faults), text, leaderboards_of(known), _taken(theirs))


def _taken(records: Iterable[Record]) -> dict[str, str]:
    ours = [*registry.methods(installed=False), *registry.inference_methods()]
    there = {entry.name: entry.title for entry in ours}
    there |= {record["method"]: record["title"] for record in records}
    return {key: name for name, title in there.items() for key in (name, title_key(title))}


def verdicts_on(submission: Submission) -> Iterator[Verdict]:
    """Yield a verdict for each of `SUBMISSION_RULES`."""
    names = dict.fromkeys(record["method"] for record in submission.records)
    for rule, (fault_of, cure) in _RULES.items():
        untested = not submission.records and rule not in ("whole records", "size")
        told = f"{NOT_TESTED}, see 'whole records'" if untested else fault_of(submission)
        mend = cure if told and not untested else ""
        yield Verdict(", ".join(names) or str(submission.path), rule, not told, told, cure=mend)


def _whole(found: Submission) -> str:
    if found.faults:
        more = len(found.faults) - 1
        return found.faults[0] + (f" (and {more} more)" if more else "")
    if not found.records:
        return "the file has no record"
    for record in found.records:
        if not is_submittable(record):
            return f"{_cell(record)} is of no embedding that was scored on all genes"
    for board in select_groups(found.records):
        for left in board.left_out:
            return f"{_cell(left.record)} stands in no leaderboard: it is {left.reason}"
    return ""


def _new(found: Submission) -> str:
    names = sorted({record["method"] for record in found.records})
    if len(names) > 1:
        return f"the file has the methods {listed(names)}"
    first = found.records[0]
    for word in (first["method"], title_key(first["title"])):
        if word in found.taken:
            named = f"{first['method']} ({first['title']})"
            return f"{named} has the name or the title of {found.taken[word]}, which is there already"
    if first["kind"] != "plugin":
        return f"{first['method']} calls itself {first['kind']}, which only methods of geneboard are"
    return ""


def _data(found: Submission) -> str:
    return _by_tissue(found, lambda record: data_fault(record, found.boards))


def _metrics(found: Submission) -> str:
    return _by_tissue(found, lambda record: outdated(record) or metrics_fault(record, found.boards))


def _by_tissue(found: Submission, fault_of: Callable[[Record], str]) -> str:
    return "; ".join(f"{tissue} {fault}" for tissue, fault in by_tissue(found.records, fault_of).items())


def by_tissue(records: Iterable[Record], fault_of: Callable[[Record], str]) -> dict[str, str]:
    """Return what is wrong with each tissue that has a fault, by the first of its cells that has it."""
    faults: dict[str, str] = {}
    for record in records:
        if fault := fault_of(record):
            faults.setdefault(_tissue(record), fault)
    return faults


def outdated(record: Record) -> str:
    """Return which metrics of a record are not those of this version, as the end of a sentence."""
    now = metric_versions()
    missing = [f"no {name}" for name in now if name not in record["metric_versions"]]
    differ = [*other_versions(record, now, "in this version"), *missing]
    return f"was scored by other versions of the metrics: {', '.join(differ[:3])}" if differ else ""


def without_home(record: Record) -> Record:
    """Return a record with ``~`` for the user's home folder, which tracebacks and settings may name."""
    home = Path.home()
    if home == home.parent:
        return record
    named = re.compile(rf"{re.escape(str(home))}(?![\w.-])")
    return cast(Record, with_texts(record, lambda text: named.sub("~", text)))


def _one_ok(found: Submission) -> str:
    tissues = dict.fromkeys(map(_tissue, found.records))
    ended_well = {_tissue(record) for record in found.records if record["status"] == "ok"}
    without = [tissue for tissue in tissues if tissue not in ended_well]
    return f"no seed of {listed(without)} has ended well" if without else ""


def _private(found: Submission) -> str:
    for record in found.records:
        for name, value in record.items():
            if folder := HOME.search(json.dumps(value, ensure_ascii=False)):
                return f"{_cell(record)} names the folder {folder[0]} in its {name}"
    return ""


def _card(found: Submission) -> str:
    if found.card is None:
        return f"{card_of(found.path)} is not there"
    fields = authors_fields(found.card)
    empty = [name for name in AUTHORS if not fields.get(name)]
    return f"{card_of(found.path)} says nothing at {listed(empty)}" if empty else ""


def _numbers(found: Submission) -> str:
    if found.card is None:
        return f"{card_of(found.path)} is not there"
    line = line_that_differs(found.card, found.records)
    return f"{card_of(found.path)} lacks or changes the line {line!r}" if line else ""


def _size(found: Submission) -> str:
    size = found.path.stat().st_size
    return f"{size} bytes, more than {MOST_BYTES}" if size > MOST_BYTES else ""


def _tissue(record: Record) -> str:
    return f"{record['tissue']} ({record['preset']})"


def _cell(record: Record) -> str:
    return f"seed {record['seed']} of {record['method']} on {_tissue(record)}"


_AGAIN = "`submit` writes file and card from the result folder"
_RULES: Mapping[str, tuple[Callable[[Submission], str], str]] = {
    "whole records": (_whole, f"nothing in them is edited by hand: {_AGAIN}"),
    "one new method": (_new, "give the class a name and a title of its own, and no kind; then run it again"),
    "data of the reference": (
        _data,
        "prepare and run the tissue from the counts and with the settings that results/reference/README.md "
        "names; `submit` leaves out what the reference run does not have",
    ),
    "metrics of this version": (
        _metrics,
        "`run` scores kept embeddings again, `rescore` packed ones; then `submit` again",
    ),
    "a seed that ended well": (_one_ok, "the record of a failed cell says why; `run` tries it again"),
    "no home folder": (
        _private,
        "`submit` writes ~ for your own; run it again where the files lie elsewhere (--force)",
    ),
    "card": (_card, f"fill in its lines {', '.join(f'`{name}:`' for name in AUTHORS)}; {_AGAIN}"),
    "numbers of the card": (_numbers, f"{_AGAIN}, and keeps what you have filled in"),
    "size": (_size, "submit fewer seeds, or methods with shorter training curves"),
}
"""What is wrong with a submission by the name of the rule, and what mends it."""

SUBMISSION_RULES = tuple(_RULES)
