"""The verdicts on the claims of the publications, as a file and as the first chapter of the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePath

import pandas as pd

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.number_text import MISSING
from geneboard.benchmark.report.section import Chapter, Note, Section
from geneboard.benchmark.report.statistics.decide import FAILS, HOLDS, RULE, UNTOLD, Finding
from geneboard.benchmark.report.table import CSV, LONG, Cell, Column, Format, Line, Part, Table
from geneboard.benchmark.tasks.claims.claims import CLAIMS, Claim
from geneboard.benchmark.tasks.claims.evidence import EVIDENCE, Evidence
from geneboard.benchmark.tasks.techniques.comparison import TechniqueComparison

TITLE = "Claims of the publications"
LEAD = (
    "What two publications claim, and what the records of this folder say of it: of each claim whether it "
    "holds, "
    "does not hold, or cannot be told, with the interval that decides."
)
NO_RUN = "no command makes such records yet"


def claims_chapter(records: Iterable[Record], techniques: Iterable[TechniqueComparison] = ()) -> Chapter:
    """Return the verdicts; a chapter without sections where no record is about any claim.

    Parameters
    ----------
    records
        Cell records of all tasks, in any order.
    techniques
        Comparisons of techniques that the folder has.
    """
    evidence = Evidence.of(records, techniques)
    findings = [(claim, claim.judge(evidence)) for claim in CLAIMS]
    if not any(finding.decisive for _, finding in findings):
        return Chapter(TITLE, [])
    return Chapter(TITLE, [claims_section(findings)], lead=(LEAD,))


def claims_section(findings: Sequence[tuple[Claim, Finding]]) -> Section:
    """Return the section of claims with what becomes of each."""
    lines = [_line(claim, finding) for claim, finding in findings]
    frame = pd.DataFrame(lines)
    rows = tuple(frame.to_dict("records"))
    verdicts = Table(
        "claims", "Verdicts", _VERDICTS, frame, (Part("Verdicts", rows),), LONG | CSV, filters=False
    )
    rules = Table("rules", "Rules", _RULES, frame, (Part("Rules", rows),), LONG, text=RULE, filters=False)
    return Section(
        TITLE,
        PurePath(),
        stem="claims",
        name="Verdicts and their rules",
        tables=[verdicts, rules],
        verdict=summary([finding for _, finding in findings]),
        notes=[
            Note(summary([finding for _, finding in findings]), but_not_in=frozenset({"html"})),
            Note(EVIDENCE),
            Note(
                "The interval is that of the difference that decides, or of the one that is furthest from "
                "supporting "
                "the claim; a difference is positive where the claim is right."
            ),
        ],
        outcome="; ".join(f"{verdict}: {names}" for verdict, names in _by_verdict(findings).items()),
        is_open=True,
        has_equal_tables=True,
    )


def summary(findings: Sequence[Finding]) -> str:
    """Return how many claims hold, do not hold, and cannot be told."""
    counts = Counter(finding.verdict for finding in findings)
    told = [f"{counts[HOLDS]} hold", f"{counts[FAILS]} do not hold", f"{counts[UNTOLD]} cannot be told"]
    return f"Of {len(findings)} claims {', '.join(told)}."


def _by_verdict(findings: Sequence[tuple[Claim, Finding]]) -> dict[str, str]:
    return {
        verdict: ", ".join(claim.name for claim, finding in findings if finding.verdict == verdict) or MISSING
        for verdict in (HOLDS, FAILS, UNTOLD)
    }


def _line(claim: Claim, finding: Finding) -> dict[str, str | float | None]:
    decisive = finding.decisive
    return {
        "claim": claim.name,
        "text": claim.text,
        "source": claim.source,
        "verdict": finding.verdict,
        "difference": f"{decisive.label}: {decisive.numbers}" if decisive else "",
        "value": decisive.value if decisive else None,
        "low": decisive.interval.low if decisive else None,
        "high": decisive.interval.high if decisive else None,
        "why": _why(claim, finding),
        "data": finding.data,
        "table": f"{decisive.table}.md" if decisive else "",
        "rule": claim.rule,
    }


def _why(claim: Claim, finding: Finding) -> str:
    if finding.verdict != UNTOLD or not finding.missing:
        return finding.reason
    return f"{finding.reason}; missing: {finding.missing}; {f'run: {claim.needs}' if claim.needs else NO_RUN}"


def _link(line: Line, form: Format) -> Cell:
    if not line["table"]:
        return Cell("")
    file = PurePath(str(line["table"]))
    return Cell(file.parent.as_posix(), link=file.with_suffix(f".{form}").as_posix())


_VERDICTS = (
    Column("claim", kind="name"),
    Column("text", "what is claimed", kind="text"),
    Column("source", kind="text"),
    Column("verdict", kind="text"),
    Column("difference", "difference that decides, 95 % interval", kind="text"),
    Column("why", kind="text"),
    Column("data", "data it rests on", kind="text"),
    Column("table", kind="text", show=_link),
)
_RULES = (Column("claim", kind="name"), Column("rule", "what is compared", kind="text"))
