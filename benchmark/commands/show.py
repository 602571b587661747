"""The command `show`: all results of one method."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from geneboard.benchmark.commands import arguments as given

if TYPE_CHECKING:
    import pandas as pd

    from geneboard.benchmark.commands.method_results import MethodResults

FILES_SHOWN = 3


def show(
    method: Annotated[str, given.Argument("method", metavar="METHOD")],
    tissue: given.TissueName | None = None,
    *,
    out: given.Folder = "results",
    beside: given.Folder | None = None,
) -> MethodResults:
    """Show all results of one method: its row in every leaderboard, how it was made, where its files are.

    Parameters
    ----------
    method
        Name or title of a method, or a row with other settings such as 'musegnn[epochs=500]'.
    tissue
        Only one tissue, or one problem of the L1000 task (default: all).
    out
        Result folder; its records may be packed.
    beside
        As for `run`.

    Raises
    ------
    InputError
        If the method is unknown, or has no result there.
    """
    from geneboard.benchmark.commands.method_results import records_for, results_of
    from geneboard.benchmark.commands.reference import open_reference
    from geneboard.benchmark.commands.terminal import show_warning

    out = Path(out)
    records = records_for(method, out, show_warning)
    return results_of(method, tissue, out, records, open_reference(beside, out))


def show_show(found: MethodResults) -> int:
    """Print the tables of a method, and below them what its cells are and where they lie."""
    from geneboard.benchmark.commands.method_results import INFERENCE_SCORES
    from geneboard.benchmark.commands.terminal import show_lines, show_rows
    from geneboard.benchmark.report.wording import counted
    from geneboard.benchmark.tasks.embedding.board.metrics import JOINT, METRICS
    from geneboard.benchmark.tasks.inference.board.columns import LEAD

    published = f", {found.reference}" if found.reference else ""
    print(f"{found.title}: {found.method}, {found.kind}{published}")
    for head, table, lead, scores in (
        ("Embeddings", found.scores, JOINT, METRICS),
        ("L1000", found.inference, LEAD, INFERENCE_SCORES),
    ):
        if len(table):
            print(f"\n{head}")
            show_rows(list(_lines(table, lead, scores)))
            for reason, rows in table[table["reason"] != ""].groupby("reason", sort=False):
                places = dict.fromkeys(f"{row.tissue} ({row.preset})" for row in rows.itertuples())
                show_lines(f"  {', '.join(places)}:", str(reason))
    if len(found.scores):
        print("Interval of the joint score: over datasets, where there are three groups; else over seeds.")
    if len(found.biology):
        print("\nBiology (* above the graph it was trained on)")
        for place, own in found.biology.groupby(["source", "preset", "tissue", "method"]):
            show_lines(f"  {', '.join(map(str, place))}:", "; ".join(_answers(own)))
    print("\nHow it was made")
    before: dict[str, str] = {}
    for cell in found.cells.to_dict("records"):
        texts = {
            "settings": cell["settings"],
            "on": f"{cell['device']}; host {cell['host']}; {cell['packages']}",
        }
        told = {what: "as above" if before.get(what) == text else text for what, text in texts.items()}
        epochs = f"{cell['epochs']} epochs, " if cell["epochs"] else ""
        of = ", ".join((cell["task"], cell["source"], cell["preset"], counted(cell["cells"], "cell")))
        head = f"  {cell['method']} ({of}):"
        show_lines(head, f"{epochs}{cell['seconds'] or 'unknown'} s each; settings {told['settings']}")
        show_lines("    on", told["on"])
        before = texts
    print("\nFiles")
    for what, paths in found.files.items():
        more = f" and {len(paths) - FILES_SHOWN} more" if len(paths) > FILES_SHOWN else ""
        show_lines(f"  {what}:", ", ".join(map(str, paths[:FILES_SHOWN])) + more)
    return 0


def _lines(table: pd.DataFrame, lead: str, scores: Sequence[str]) -> Iterator[dict[str, str]]:
    """Return the rows of a table as text, the heads first."""
    from geneboard.benchmark.commands.method_results import WHERE
    from geneboard.benchmark.report.number_text import MISSING, interval_text, number

    where = [one for one in WHERE if one != "method" or len(set(table[one])) > 1]
    heads = [*where, lead.replace("_", " "), "interval", "rank", *scores, "status"]
    yield {head: head for head in heads}
    for line in table.to_dict("records"):
        rank = MISSING if math.isnan(float(line["rank"] or "nan")) else f"{line['rank']:g} of {line['of']}"
        between = interval_text(line, "rank", 0) if "rank_low" in line else MISSING
        values = [number(line[lead], 3), interval_text(line, lead, 3)]
        values += [rank if between == MISSING else f"{rank} ({between})"]
        values += [number(line[score], 3) for score in scores]
        yield dict(zip(heads, [*(str(line[one]) for one in where), *values, line["status"]], strict=True))


def _answers(table: pd.DataFrame) -> Iterator[str]:
    """Yield "same gene set: Hallmark 0.034 (0.001..0.060)*", and why questions have no answer."""
    from geneboard.benchmark.report.number_text import MISSING, interval_text, number
    from geneboard.benchmark.report.wording import counted

    for line in table[table["reason"] == ""].to_dict("records"):
        interval = interval_text(line, "value", 3)
        ends = "" if interval == MISSING else f" ({interval})"
        yield f"{line['question']} {number(line['value'], 3)}{ends}{'*' if line['above_graph'] else ''}"
    for reason, n in table.loc[table["reason"] != "", "reason"].value_counts(sort=False).items():
        yield f"no answer to {counted(n, 'question')} ({reason})"
