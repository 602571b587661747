"""The command `export`: the vectors of a stored embedding, as a file with a card beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from geneboard.benchmark.commands import arguments as given


@dataclass(frozen=True)
class Exported:
    """The files written, and what they are in one sentence."""

    vectors: Path
    card: Path
    verdict: str


def export(
    tissue: given.TissueName,
    method: given.MethodName | None = None,
    *,
    to: given.File,
    out: given.Folder = "results",
    preset: given.Preset | None = None,
    source: given.Name | None = None,
    seed: given.Seed | None = None,
    mean: bool = False,
    data: given.Folder | None = None,
) -> Exported:
    """Write the vectors of a method, with a card: data, settings, scores, licence, how to cite.

    What is written is read by run --embedding NAME=FILE and by score.

    Parameters
    ----------
    tissue, method, out, preset, source, seed
        As for `neighbours`.
    to
        The file: .h5ad, .tsv or .npz with a vector per gene and dataset; .txt (word2vec) with one per gene.
    mean
        Write one vector per gene: the mean of its vectors of length 1 over datasets. Always so in .txt.
    data
        Folder whose MANIFEST.csv tells licence and source of the datasets (columns tissue, modality, id,
        licence, source).

    Raises
    ------
    InputError
        If there is no such embedding, or the form of the file is unknown.
    """
    from geneboard.benchmark.commands.terminal import show_warning
    from geneboard.benchmark.tasks.embedding.stored import card as cards
    from geneboard.benchmark.tasks.embedding.stored import files
    from geneboard.benchmark.tasks.embedding.stored.find import find_embedding
    from geneboard.datasets.atomic import write_atomically

    to, data = Path(to), given.optional_path(data)
    files.form_of(to)
    found = find_embedding(
        Path(out), tissue, method=method, preset=preset, source=source, seed=seed, warn=show_warning
    )
    if mean or to.suffix.lower() == files.ONE_PER_GENE:
        vectors = files.mean_vectors(found.genes, found.matrix)
    else:
        vectors = files.Vectors(found.genes, found.datasets, found.matrix)
    licences = {} if data is None else cards.read_licences(data, found.dataset_names)
    files.write_vectors(vectors, to)
    card = cards.card_path(to)
    write_atomically(card, cards.card(found, vectors, to, licences).encode())
    each = "gene" if vectors.datasets is None else "gene and dataset"
    n_rows, dim = vectors.matrix.shape
    return Exported(to, card, f"{found.title}: {n_rows} vectors of {dim} numbers, one per {each}")


def show_export(made: Exported) -> int:
    """Print what was written, and where."""
    from geneboard.benchmark.commands.terminal import show_paths
    from geneboard.benchmark.records.printable import printable

    print(printable(made.verdict))
    return show_paths([made.vectors, made.card])
