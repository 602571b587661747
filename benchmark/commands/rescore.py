"""The command `rescore`: packed embeddings, scored by the metrics of this version."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from geneboard.benchmark.commands import arguments as given
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.benchmark.records.record import Record


def rescore(
    embeddings: Annotated[Path | str, given.Argument("embeddings", type=Path, metavar="EMBEDDINGS")],
    tissue: given.TissueName,
    *,
    into: given.Folder,
    data: given.Folder | None = None,
    out: given.Folder = "results",
    identifiers: given.Identifiers = (),
    orthologs: given.File | None = None,
    allow_disjoint: bool = False,
    holdout: bool = False,
) -> list[Record]:
    """Score packed embeddings again, by the metrics of this version.

    Their records with the new scores make a result folder for --beside. Nothing is trained; the scores rest
    on float16 numbers.

    Parameters
    ----------
    embeddings
        The embeddings.h5ad of a leaderboard, written by tables --pack DIR --embeddings N.
    tissue
        The tissue they embed.
    into
        Result folder for the records.
    data, out, identifiers, orthologs, allow_disjoint, holdout
        As for `score`.

    Returns
    -------
    list of dict
        The records.

    Raises
    ------
    InputError
        If the file is damaged, or of other data.
    """
    from geneboard.benchmark import registry
    from geneboard.benchmark.cells.versions import metric_versions
    from geneboard.benchmark.records import store
    from geneboard.benchmark.records.same_data import is_of_data
    from geneboard.benchmark.tasks.embedding.packed import read_packed_embeddings
    from geneboard.benchmark.tasks.embedding.sources import PREPARED, open_source, refuse_unused_tables
    from geneboard.benchmark.tasks.embedding.task import plain_scores
    from geneboard.metrics.embedding_files import rows_named
    from geneboard.metrics.joint.score import chance_of
    from geneboard.metrics.score import evaluate, leave_groups_out

    path, data, orthologs = Path(embeddings), given.optional_path(data), given.optional_path(orthologs)
    identifiers = given.paths(identifiers)
    refuse_unused_tables(data, identifiers, orthologs)
    packed = read_packed_embeddings(path)
    source = open_source(
        data,
        Path(out),
        allow_disjoint=allow_disjoint,
        identifiers=identifiers,
        orthologs=orthologs,
        holdout=holdout,
    )
    loaded = source.load(tissue)
    data_of = loaded.data_hashes, loaded.prepared_from
    if others := [record for record in packed.records if not is_of_data(record, *data_of)]:
        raise InputError(
            f"{path}: {others[0]['method']} was run on {others[0]['source']}, other data than those of"
            f" {source.label}"
        )
    metrics, versions = [entry.load()() for entry in registry.metrics()], metric_versions()
    written = []
    for record, matrix in zip(packed.records, packed.matrices, strict=True):
        rows = rows_named(path, matrix, packed.obs, loaded)
        chance = chance_of(rows, loaded, Path(out) / PREPARED)
        scores = plain_scores(evaluate(rows, loaded, metrics, chance))
        of_training = {n: s for n, s in record["scores"].items() if n not in record["metric_versions"]}
        rescored: Record = {**record, "scores": of_training | scores, "metric_versions": dict(versions)}
        rescored.pop("leave_one_out", None)
        if "without_group" in record:
            without = leave_groups_out(rows, loaded, metrics, record["groups"], chance)
            rescored["without_group"] = {name: plain_scores(one) for name, one in without.items()}
        written.append(store.write_record(Path(into), rescored))
    return written


def show_rescore(records: Sequence[Record], into: Path | str) -> int:
    """Print how many cells were scored, and how to see them.

    Parameters
    ----------
    records
        The records.
    into
        Where they are.
    """
    print(f"{len(records)} cells scored: `tables --out {into}` shows them, --beside {into} takes their rows")
    return 0
