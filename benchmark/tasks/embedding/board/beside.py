"""Rows of earlier runs on the same data, put beside those of a result folder without training them again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.records.metric_versions import other_versions
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.records.same_data import is_of_data, other_data
from geneboard.benchmark.report.groups import Group, canonical, select_groups
from geneboard.benchmark.report.wording import counted
from geneboard.benchmark.tasks.embedding.board.metrics import JOINT
from geneboard.datasets.base import PREPARED_FROM

TASK = "embedding"
"""The task whose rows can stand beside others."""

SIGN = "*"
"""Stands behind the name of a row that was taken from the reference."""


@dataclass(frozen=True)
class Reference:
    """The records of another result folder.

    Attributes
    ----------
    name
        What the folder is called.
    records
        Its records, of any data.
    is_default
        Whether nobody has asked for it, so that nothing is said where it has nothing.
    """

    name: str
    records: Sequence[Record]
    is_default: bool = False

    def of_data(self, hashes: Mapping[str, str], prepared_from: Mapping[str, str] | None) -> list[Record]:
        """Return its records of some data that were scored on all genes.

        Parameters
        ----------
        hashes
            Digest of every dataset, as one machine has computed it.
        prepared_from
            What each was prepared from, on any machine; None where nobody has noted it.
        """
        return [record for record in self._all_genes() if is_of_data(record, hashes, prepared_from)]

    def _all_genes(self) -> Iterator[Record]:
        """Yield the records of its embeddings that were scored on all genes."""
        return (one for one in self.records if one["task"] == TASK and "covered_by" not in one)

    def has(self, cell: Cell) -> bool:
        """Return whether the row of a cell stands in it, with the score that ranks or because it was skipped.

        Only what `beside` puts there counts: of the same data, preset and hyper-parameters, and scored by the
        same versions of the metrics.
        """
        problem, row = cell.problem, (cell.entry.name, canonical(cell.settings.overrides))
        same = [
            record
            for record in self.of_data(problem.data_hashes, cell.about.get(PREPARED_FROM))
            if _place_of(record) == (cell.preset, problem.name) and _row_of(record) == row
        ]
        fit = self.scored_alike(same, cell.metric_versions, problem.name)
        return any(record["status"] == "skipped" or JOINT in record["scores"] for record in fit)

    def beside(self, own: Iterable[Record], warn: Callable[[str], None] | None = None) -> list[Record]:
        """Return the records of a result folder, and those that stand beside them in its leaderboards.

        These are of the same data and preset, and of rows (methods with their hyper-parameters) that the
        folder does not have itself. They are copies that say where they were `taken_from`, with source and
        data hashes of the leaderboard that they stand in.

        Parameters
        ----------
        own
            All records of the folder.
        warn
            Called with a sentence about rows that other versions of the metrics have scored, which stand
            beside nothing, and with one about the tissues of which there is no record of the same data.
        """
        found = list(own)
        fitting: set[tuple[str, str]] = set()
        others_of: dict[tuple[str, str], str] = {}
        for board in select_groups(record for record in found if record["task"] == TASK):
            if board.covered_by:
                continue
            there = {_row_of(record) for record in board.records}
            newest = board.records[0]
            same = self.of_data(newest["data_hashes"], newest.get("prepared_from"))
            place = board.preset, board.tissue
            same = [record for record in same if _place_of(record) == place]
            fitting |= {place} if same else set()
            for other in self._all_genes() if not same else ():
                if _place_of(other) == place:
                    others_of.setdefault(place, other_data(other, newest, "here"))
            others = [record for record in same if _row_of(record) not in there]
            fit = self.scored_alike(others, versions_of(board.records), board.tissue, warn)
            for group in select_groups(self._taken(record, board) for record in fit):
                found += group.records
        told = "; ".join(
            f"{tissue} ({preset}): {difference}"
            for (preset, tissue), difference in others_of.items()
            if (preset, tissue) not in fitting
        )
        if warn is not None and not self.is_default and (told or not fitting):
            none = "has no records of the same data and preset" + (f" ({told})" if told else "")
            warn(f"--beside {self.name}: {f'left out, of other data: {told}' if fitting else none}")
        return found

    def scored_alike(
        self,
        records: Sequence[Record],
        versions: Mapping[str, int | str],
        tissue: str,
        warn: Callable[[str], None] | None = None,
    ) -> list[Record]:
        """Return the records whose metrics have these versions; metrics that either lacks do not count.

        Parameters
        ----------
        records
            Records of the reference, of one tissue.
        versions
            Version of every metric.
        tissue, warn
            What to call them in a sentence about the others, and what is called with that.
        """
        differ = {record["key"]: other_versions(record, versions, "here") for record in records}
        others = [found for found in differ.values() if found]
        if others and warn is not None:
            warn(
                f"{self.name}: {counted(len(others), 'record')} of {tissue} left out, scored by other"
                f" versions of the metrics ({', '.join(others[0][:3])}); `rescore` scores packed embeddings"
                " again"
            )
        return [record for record in records if not differ[record["key"]]]

    def _taken(self, record: Record, board: Group) -> Record:
        hashes = board.records[0]["data_hashes"]
        return {**record, "source": board.source, "data_hashes": hashes, "taken_from": self.name}


def versions_of(records: Iterable[Record]) -> dict[str, int | str]:
    """Return the version of every metric that some records of one leaderboard have."""
    return {name: version for record in records for name, version in record["metric_versions"].items()}


def _place_of(record: Record) -> tuple[str, str]:
    return record["preset"], record["tissue"]


def _row_of(record: Record) -> Hashable:
    return record["method"], canonical(record["overrides"])
