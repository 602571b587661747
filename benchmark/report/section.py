"""What a task shows: chapters of sections, each with its tables, sentences and pictures.

Examples
--------
>>> from pathlib import PurePath
>>> section = Section("Leaderboard: lung", PurePath("synthetic/quick/lung"), part="Source synthetic")
>>> section.anchor
'synthetic/quick/lung'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from geneboard.benchmark.report.table import Format, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from geneboard.benchmark.report.long_table import ScoreLine


@dataclass(frozen=True)
class Figure:
    """A figure that is yet to be drawn.

    Attributes
    ----------
    stem
        Name of its files without ending.
    draw
        Returns it drawn. It can be sent to another process: a `functools.partial` of a function of a module.
    alt
        What it shows, in words, for those who do not see it.
    caption
        What stands below it in the page.
    wide
        Whether it has many panels, which would be too small beside another figure.
    """

    stem: str
    draw: Callable[[], Drawing]
    alt: str
    caption: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Note:
    """A sentence under a table.

    Attributes
    ----------
    text
        The sentence.
    is_detail
        True for what is not needed to read the numbers: tex and the terminal leave it out, the latter unless
        it is asked to explain.
    but_not_in
        Formats that say it elsewhere.
    """

    text: str
    is_detail: bool = False
    but_not_in: frozenset[Format] = frozenset()


@dataclass(frozen=True, eq=False)
class Section:
    """A leaderboard, or tables over several: one md file, one tex file, and one place in the report.

    Attributes
    ----------
    title
        Heading of the md file and title of its page.
    folder
        Where its files go, relative to the result folder.
    stem
        Name of its files without ending; empty for a section that is in the report only.
    name
        Heading in the report, under that of its part; the title if empty.
    part
        Heading of the sections that belong together, which follow each other in the report.
    tables
        The first is the one that the section is about.
    verdict
        What the tables say, in one sentence.
    notes
        What is needed to read the numbers, then details.
    facts
        What the tables rest on, by label.
    warning
        What must not be overlooked, such as that data are simulated.
    not_comparable
        Which numbers may not be compared with these.
    heading
        First lines in the terminal.
    figures
        Pictures, which are drawn into the folder.
    outcome
        Its result in a few words, which stand beside its name in the overview; nothing leaves it out there.
    meanings
        Words of the tables with their meanings, such as the controls, and `meanings_text` before them.
    is_open
        True for a section that the report shows open.
    has_equal_tables
        True where the first table has a heading in the report like the others.
    """

    title: str
    folder: PurePath
    stem: str = ""
    name: str = ""
    part: str = ""
    tables: Sequence[Table] = ()
    verdict: str = ""
    notes: Sequence[Note] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    warning: str = ""
    not_comparable: str = ""
    heading: str = ""
    figures: Sequence[Figure] = ()
    outcome: str = ""
    meanings: Sequence[tuple[str, str]] = ()
    meanings_text: str = ""
    is_open: bool = False
    has_equal_tables: bool = False

    @property
    def anchor(self) -> str:
        """Its id in the report."""
        return (self.folder if self.stem == "leaderboard" else self.folder / self.stem).as_posix()

    @property
    def part_anchor(self) -> str:
        """Id of its part in the report: source and preset, and what two tasks of one tissue differ in."""
        return "/".join((*self.folder.parts[:2], *self.folder.parts[3:])) or f"part-of-{self.stem}"

    @property
    def heading_in_report(self) -> str:
        """Its heading in the report."""
        return self.name or self.title

    def tables_in(self, form: Format) -> list[Table]:
        """Return the tables of a format."""
        return [
            table
            for table in self.tables
            if form in table.formats and (form == "csv" or table.parts_in(form))
        ]

    def notes_in(self, form: Format, *, explain: bool = True) -> list[str]:
        """Return the sentences of a format; `explain` adds those that are details."""
        return [
            note.text
            for note in self.notes
            if form not in note.but_not_in and (explain or not note.is_detail)
        ]


@dataclass(frozen=True)
class Definition:
    """A metric, or another thing that tables name, in plain words.

    Attributes
    ----------
    name, title
        Its short name, and what it is called in full.
    text
        What it is.
    details
        More about it, by label ("Cannot tell", "Values", ...).
    """

    name: str
    title: str = ""
    text: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Glossary:
    """A section of the report that defines words."""

    title: str
    anchor: str
    text: str
    definitions: Sequence[Definition]
    closing: str = ""


@dataclass(frozen=True, eq=False)
class Chapter:
    """What a result folder has of one task.

    Attributes
    ----------
    title
        Of the task; stands before the headings of its parts.
    sections
        In the order of the report.
    lead
        What the task is, and how much of it was run.
    glossaries
        What its words mean.
    scores
        Its lines of results.csv (`long_table.score_lines`).
    """

    title: str
    sections: Sequence[Section]
    lead: Sequence[str] = ()
    glossaries: Sequence[Glossary] = ()
    scores: Sequence[ScoreLine] = ()

    @property
    def anchor(self) -> str:
        """Its id in the report."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


def opening(sections: Sequence[Section]) -> Section | None:
    """Return the section whose verdict and first figure stand before all tables of a part.

    It is the first that is shown open and has a verdict, such as a table over all tissues; else the only
    leaderboard.
    """
    boards = [section for section in sections if section.outcome]
    shown = [section for section in sections if section.is_open] or boards * (len(boards) == 1)
    return next((section for section in shown if section.verdict), None)


def parts(sections: Iterable[Section]) -> dict[str, list[Section]]:
    """Return sections by the part that they belong to."""
    found: dict[str, list[Section]] = {}
    for section in sections:
        found.setdefault(section.part, []).append(section)
    return found
