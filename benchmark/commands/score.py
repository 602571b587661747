"""The command `score`: the metrics of any embedding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from geneboard.benchmark.commands import arguments as given
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.benchmark.report.intervals import Interval
    from geneboard.datasets.base import Tissue
    from geneboard.metrics.base import EmbeddingRows, Score


class ScoredEmbedding(dict[str, "Score"]):
    """Scores by metric.

    Attributes
    ----------
    intervals
        Jackknife 95 % intervals over groups of datasets, of the metrics that are defined without each group;
        empty unless groups were given.
    verdicts
        Where they stand among the rows of a reference, a sentence for each preset of that.
    """

    intervals: Mapping[str, Interval] = MappingProxyType({})
    verdicts: Sequence[str] = ()


def score(
    embedding: Annotated[Path | str, given.Argument("embedding", type=Path, metavar="EMBEDDING")],
    tissue: given.TissueName,
    *,
    data: given.Folder | None = None,
    out: given.Folder = "results",
    identifiers: given.Identifiers = (),
    orthologs: given.File | None = None,
    groups: given.File | None = None,
    allow_disjoint: bool = False,
    holdout: bool = False,
    beside: given.Folder | None = None,
) -> ScoredEmbedding:
    """Compute the metrics of any embedding.

    Parameters
    ----------
    embedding
        An .h5ad with obs.gene, obs.dataset and X, or vectors of genes as for run --embedding.
    tissue
        The tissue it embeds.
    data, out, identifiers, orthologs, allow_disjoint
        As for `run`.
    groups
        Also give intervals, by leaving out a group at a time: a table with columns dataset and group.
    holdout
        Score it on both halves of the cells, as run --holdout does.
    beside
        Say where it stands among rows of a result folder on the same data (default: those that come with
        geneboard; none: among no rows).

    Raises
    ------
    InputError
        If the file is no embedding of the tissue's genes, or there are fewer than three groups.
    """
    from geneboard.benchmark import registry
    from geneboard.benchmark.cells.versions import metric_versions
    from geneboard.benchmark.commands.reference import open_reference
    from geneboard.benchmark.commands.terminal import show_left_out, show_warning
    from geneboard.benchmark.tasks.embedding.board.verdict import Candidate, verdicts
    from geneboard.benchmark.tasks.embedding.sources import PREPARED, open_source, refuse_unused_tables
    from geneboard.benchmark.tasks.embedding.task import plain_scores
    from geneboard.metrics.joint.score import chance_of
    from geneboard.metrics.score import evaluate, leave_groups_out

    embedding, data, orthologs = Path(embedding), given.optional_path(data), given.optional_path(orthologs)
    identifiers, groups = given.paths(identifiers), given.optional_path(groups)
    if not embedding.is_file():
        raise InputError(f"{embedding}: no such file")
    refuse_unused_tables(data, identifiers, orthologs, embeddings=_is_vectors(embedding))
    reference = open_reference(beside, Path(out))
    source = open_source(
        data,
        Path(out),
        allow_disjoint=allow_disjoint,
        identifiers=identifiers,
        orthologs=orthologs,
        holdout=holdout,
    )
    loaded = source.load(tissue)
    members = {} if groups is None else _groups_in(groups, loaded, data)
    rows = _rows_of(embedding, identifiers, loaded)
    metrics = [entry.load()() for entry in registry.metrics()]
    chance = chance_of(rows, loaded, Path(out) / PREPARED)
    scores = ScoredEmbedding(evaluate(rows, loaded, metrics, chance))
    if members:
        without = leave_groups_out(rows, loaded, metrics, members, chance, progress=show_left_out)
        scores.intervals = _intervals(scores, list(without.values()))
    covered = float(rows.matrix.any(axis=1).mean())
    candidate = Candidate.of(embedding.name.partition(".")[0], plain_scores(scores), covered)
    same = reference.of_data(loaded.data_hashes, loaded.prepared_from)
    fit = reference.scored_alike(same, metric_versions(), tissue, show_warning)
    scores.verdicts = verdicts(candidate, fit)
    return scores


def _groups_in(table: Path, tissue: Tissue, data: Path | None) -> Mapping[str, Sequence[str]]:
    from geneboard.datasets.unit_groups import FEWEST_GROUPS
    from geneboard.datasets.units import groups_of

    members = groups_of(tissue, data, table).members
    if len(members) < FEWEST_GROUPS:
        raise InputError(f"--groups {table}: the datasets of {tissue.name} are fewer than three groups")
    return members


def _intervals(scores: Mapping[str, Score], without: Sequence[Mapping[str, Score]]) -> dict[str, Interval]:
    """Return the intervals of the metrics that are defined with all datasets and without each group."""
    from geneboard.benchmark.report.intervals import datasets_interval

    found = {}
    for name, score in scores.items():
        replicates = [value for one in without if (value := one[name].value) is not None]
        if score.value is not None and len(replicates) == len(without):
            found[name] = datasets_interval(score.value, replicates)
    return found


def _is_vectors(embedding: Path) -> bool:
    """Return whether a file has one vector per gene, the same for all datasets."""
    from geneboard.datasets.hdf5_files import opened
    from geneboard.metrics.embedding_files import DATASET_COLUMNS

    if embedding.suffix.lower() != ".h5ad":
        return True
    with opened(embedding, "not a readable .h5ad file") as file:
        return not any(name in file["obs"] for name in DATASET_COLUMNS)


def _rows_of(embedding: Path, identifiers: Sequence[Path], tissue: Tissue) -> EmbeddingRows:
    """Return the rows of a file; genes without a vector have the zero vector, as in `run`."""
    from geneboard.benchmark.commands.terminal import show_warning
    from geneboard.benchmark.external.matching import read_matched
    from geneboard.methods.base import GeneEmbeddings
    from geneboard.metrics.embedding_files import read_rows, rows_of

    if not _is_vectors(embedding):
        return read_rows(embedding, tissue)
    matched = read_matched(embedding, identifiers, tissue)
    missing = sum(int((~covered).sum()) for covered in matched.covered)
    if missing:
        show_warning(
            f"{embedding}: {missing} of {sum(map(len, matched.covered))} (gene, dataset) pairs have no "
            "vector and get the zero vector; `run --embedding NAME=FILE` also scores the others by themselves"
        )
    return rows_of(GeneEmbeddings.of(tissue, matched.values), tissue)


def show_score(scores: ScoredEmbedding, *, json: bool = False) -> int:
    """Print scores, and the verdicts below them.

    Parameters
    ----------
    scores
        By metric.
    json
        Print JSON, the scores alone.
    """
    from geneboard.benchmark.commands.terminal import show_json
    from geneboard.benchmark.tasks.embedding.task import plain_scores
    from geneboard.metrics.joint.score import NOT_ABOVE_CONTROLS

    if json:
        ends = {name: {"low": low, "high": high} for name, (low, high) in scores.intervals.items()}
        return show_json({n: {**entry, **ends.get(n, {})} for n, entry in plain_scores(scores).items()})
    for name, one in scores.items():
        value = f"undefined: {one.reason}" if one.value is None else f"{one.value:.4f}"
        if name in scores.intervals:
            value += "  {0.low:.4f} to {0.high:.4f} over groups".format(scores.intervals[name])
        print(f"{name:<11} {value}")
    ranked = scores.get("joint_score")
    if not scores.verdicts and ranked is not None and ranked.value is not None:
        print("above the controls" if ranked.value > NOT_ABOVE_CONTROLS else "not above the controls")
    for verdict in scores.verdicts:
        print(verdict)
    return 0
