"""The command `score`: the metrics of any embedding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from geneboard.benchmark.commands import arguments as given
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.datasets.base import Tissue
    from geneboard.metrics.base import EmbeddingRows, Score


def score(
    embedding: Annotated[Path | str, given.Argument("embedding", type=Path, metavar="EMBEDDING")],
    tissue: given.TissueName,
    *,
    data: given.Folder | None = None,
    out: given.Folder = "results",
    identifiers: given.Identifiers = (),
    orthologs: given.File | None = None,
    allow_disjoint: bool = False,
    holdout: bool = False,
) -> dict[str, Score]:
    """Compute the metrics of any embedding.

    Parameters
    ----------
    embedding
        An .h5ad with obs.gene, obs.dataset and X, or vectors of genes as for run --embedding.
    tissue
        The tissue it embeds.
    data, out, identifiers, orthologs, allow_disjoint
        As for `run`.
    holdout
        Score it on both halves of the cells, as run --holdout does.

    Raises
    ------
    InputError
        If the file is no embedding of the tissue's genes.
    """
    from geneboard.benchmark import registry
    from geneboard.benchmark.tasks.embedding.sources import open_source, refuse_unused_tables
    from geneboard.metrics.score import evaluate

    embedding, data, orthologs = Path(embedding), given.optional_path(data), given.optional_path(orthologs)
    identifiers = given.paths(identifiers)
    if not embedding.is_file():
        raise InputError(f"{embedding}: no such file")
    refuse_unused_tables(data, identifiers, orthologs, embeddings=_is_vectors(embedding))
    source = open_source(
        data,
        Path(out),
        allow_disjoint=allow_disjoint,
        identifiers=identifiers,
        orthologs=orthologs,
        holdout=holdout,
    )
    loaded = source.load(tissue)
    rows = _rows_of(embedding, identifiers, loaded)
    return evaluate(rows, loaded, [entry.load()() for entry in registry.metrics()])


def _is_vectors(embedding: Path) -> bool:
    """Return whether a file has one vector per gene, the same for all datasets."""
    return embedding.suffix.lower() != ".h5ad"


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


def show_score(scores: Mapping[str, Score], *, json: bool = False) -> int:
    """Print scores.

    Parameters
    ----------
    scores
        By metric.
    json
        Print JSON.
    """
    from geneboard.benchmark.commands.terminal import show_json
    from geneboard.benchmark.tasks.embedding.task import plain_scores

    if json:
        return show_json({name: dict(entry) for name, entry in plain_scores(scores).items()})
    for name, one in scores.items():
        value = f"undefined: {one.reason}" if one.value is None else f"{one.value:.4f}"
        print(f"{name:<12}{value}")
    return 0
