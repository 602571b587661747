"""The command `submit`: the records of one method as a file that can join the reference run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from geneboard.benchmark.commands import arguments as given
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.benchmark.records.record import Record


@dataclass(frozen=True)
class Submitted:
    """The files written, and the records in the first of them."""

    file: Path
    card: Path
    records: tuple[Record, ...]


def submit(
    method: Annotated[str, given.Argument("method", metavar="METHOD")],
    *,
    out: given.Folder = "results",
    to: given.File | None = None,
) -> Submitted:
    """Write the records of one method as a file for the reference run of geneboard, with its card.

    The card has lines for its authors to fill in; `check FILE` then tells whether both can be sent.

    Parameters
    ----------
    method
        Name or title of a method, or a row with other settings such as 'mine[epochs=500]'.
    out
        Result folder with its records.
    to
        The file (default: METHOD.jsonl.gz); its card is METHOD.md beside it.

        What its authors have written into a card that is there already is kept. Cells that are in no
        leaderboard, or that the reference run has no leaderboard for, are left out. Where records name the
        user's home folder they get ``~``.

    Raises
    ------
    InputError
        If the method is unknown, or none of its cells can stand in the reference run.
    """
    from geneboard.benchmark.commands.method_results import names_of, records_for, why_no_result
    from geneboard.benchmark.commands.reference import REFERENCE
    from geneboard.benchmark.commands.terminal import show_warning
    from geneboard.benchmark.plugin_kit import submission
    from geneboard.benchmark.records import store
    from geneboard.benchmark.records.submissions import ENDING, data_fault, is_submittable, leaderboards_of
    from geneboard.benchmark.report.groups import select_groups
    from geneboard.benchmark.tasks.embedding.stored.submission_card import authors_fields, submission_card
    from geneboard.datasets.atomic import write_atomically

    out = Path(out)
    records = records_for(method, out, show_warning)
    boards = select_groups(record for record in records if is_submittable(record))
    own = [record for board in boards for record in board.records if method in names_of(record)]
    if not own:
        if any(method in names_of(record) for record in records):
            raise InputError(f"{method}: only embeddings that were scored on all genes can be submitted")
        raise InputError(why_no_result(method, None, out, [], records))
    to = Path(to or f"{own[0]['method']}{ENDING}")
    if not submission.is_submission(to.name):
        raise InputError(f"--to {to}: the name of the file must end on {ENDING}")
    there = leaderboards_of(store.packed_records(REFERENCE)[0].values())

    def fault_of(record: Record) -> str:
        return data_fault(record, there) or submission.outdated(record)

    faults = submission.by_tissue(own, fault_of)
    sent = [submission.without_home(record) for record in own if not fault_of(record)]
    told = "; ".join(f"{tissue} {fault}" for tissue, fault in faults.items())
    if not sent:
        raise InputError(f"{method}: nothing of it can stand in the reference run: {told}")
    if told:
        show_warning(f"left out: {told}")
    card = submission.card_of(to)
    fields = authors_fields(card.read_text("utf-8")) if card.exists() else {}
    files = {record["key"]: store.run_folder(out, record["key"]) / store.EMBEDDING for record in sent}
    embeddings = {key: digest for key, path in files.items() if (digest := store.file_sha256(path))}
    store.pack_records(sent, to)
    write_atomically(card, submission_card(sent, embeddings, fields).encode())
    return Submitted(to, card, tuple(sent))


def show_submit(made: Submitted) -> int:
    """Print what was written, and what comes next."""
    from geneboard.benchmark.commands.options import PROGRAM
    from geneboard.benchmark.commands.terminal import show_paths
    from geneboard.benchmark.records.printable import printable
    from geneboard.benchmark.report.wording import counted, listed
    from geneboard.benchmark.tasks.embedding.stored.submission_card import AUTHORS

    places = dict.fromkeys(f"{record['tissue']} ({record['preset']})" for record in made.records)
    cells = counted(len(made.records), "cell")
    print(printable(f"{made.records[0]['title']}: {cells} of {listed(list(places))}"))
    show_paths([made.file, made.card])
    print(f"Fill in the lines {listed(list(AUTHORS))} of the card; then: {PROGRAM} check {made.file}")
    return 0
