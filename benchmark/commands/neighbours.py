"""The command `neighbours`: the genes nearest to a gene, in each dataset and on average."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.commands import arguments as given
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from geneboard.benchmark.tasks.embedding.stored.find import StoredEmbedding
    from geneboard.benchmark.tasks.embedding.stored.nearest import Contrast

OWN_SHOWN, SETS_SHOWN = 10, 4

PICTURES = (".png", ".pdf", ".svg")
"""Endings that a picture can have."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The genes nearest to some genes.

    Attributes
    ----------
    table
        Columns tissue, method, seed, gene, dataset ("mean" for the average over datasets), rank, neighbour,
        similarity (cosine), datasets (that have both genes) and gene_sets (names of those that have both
        genes, a tuple, small ones first).
    embeddings
        What was asked, a sentence for each tissue.
    contrasts
        By gene, how its nearest differ between the tissues that have it, where there are several.
    notes
        What cannot be told, a sentence each.
    """

    table: pd.DataFrame
    embeddings: Sequence[str]
    contrasts: Mapping[str, Contrast]
    notes: Sequence[str]


def neighbours(
    genes: given.Genes,
    tissues: given.TissueNames,
    method: given.MethodName | None = None,
    *,
    top: given.Count = 10,
    out: given.Folder = "results",
    preset: given.Preset | None = None,
    source: given.Name | None = None,
    seed: given.Seed | None = None,
    genesets: given.Paths | None = None,
    identifiers: given.Identifiers = (),
    orthologs: given.File | None = None,
    picture: given.File | None = None,
    to: given.File | None = None,
) -> Neighbours:
    """Show the nearest genes of a gene, in each dataset and on average; with more tissues, how they differ.

    Parameters
    ----------
    genes
        Genes, as the datasets call them.
    tissues
        Tissues.
    method
        A method, or a row with other settings such as 'musegnn[epochs=500]' (default: the best by joint score
        that is no control).
    top
        How many genes are the nearest.
    out
        Result folder with embeddings, or with packed ones (tables --pack DIR --embeddings N).
    preset, source
        Of which leaderboard, where there are several (default: the one that was run last).
    seed
        Which seed (default: the first that is stored).
    genesets
        Libraries of gene sets, .gmt, to show which sets neighbours share (default: Hallmark, Reactome and
        Gene Ontology, which come with geneboard; their genes are human symbols).
    identifiers
        Table of Ensembl ids and symbols, to ask for a gene by the other name, and to see symbols.
    orthologs
        Table of mouse and human symbols, to ask for a gene of one species by its symbol in the other, and to
        see human symbols.
    picture
        Draw the nearest genes on average into a .png, .pdf or .svg, a panel for each gene and tissue.
    to
        Write a .csv with all of it.

    Raises
    ------
    InputError
        If there is no such embedding, a gene is in none of the tissues, a library is no .gmt file, or the
        picture is of another format.
    """
    import pandas as pd

    from geneboard.benchmark.commands.terminal import show_warning
    from geneboard.benchmark.tasks.embedding.stored import nearest
    from geneboard.benchmark.tasks.embedding.stored.find import find_embedding
    from geneboard.benchmark.tasks.embedding.stored.named_genes import OtherNames
    from geneboard.datasets.atomic import write_atomically

    picture = given.optional_path(picture)
    if picture is not None and picture.suffix not in PICTURES:
        raise InputError(f"--picture {picture}: its ending has to be one of {', '.join(PICTURES)}")
    genes, tissues = ([one] if isinstance(one, str) else list(dict.fromkeys(one)) for one in (genes, tissues))
    found = [
        find_embedding(
            Path(out), tissue, method=method, preset=preset, source=source, seed=seed, warn=show_warning
        )
        for tissue in tissues
    ]
    other = OtherNames.read(given.paths(identifiers), given.optional_path(orthologs))
    of_tissues = [other.symbols_of(embedding) for embedding in found]
    sets = _sets_of(of_tissues, genesets)
    parts, notes, contrasts = [], [], {}
    for gene in genes:
        names = other.names_of(gene, found, of_tissues)
        orders = {}
        for embedding, symbols, of_sets in zip(found, of_tissues, sets, strict=True):
            tissue = embedding.board.tissue
            if (name := names[tissue]) is None:
                named = bool(identifiers or orthologs)
                by_id = "" if named else " (by this name; --ids and --orthologs FILE find it by others)"
                notes.append(f"{gene}: is in no dataset of {tissue}{by_id}")
                continue
            if name != gene:
                notes.append(f"{gene}: is called {name} in {tissue}")
            values = nearest.similarities(embedding.genes, embedding.datasets, embedding.matrix, name)
            values = values.rename(index=symbols)  # tissues may have other names for the same gene
            mean = nearest.ranked(nearest.on_average(values))
            if mean.empty:
                notes.append(f"{gene}: has the zero vector in {tissue}, so nothing is near to it")
                continue
            orders[tissue] = mean
            rows = _rows(embedding, gene, values, mean, top)
            shared = nearest.shared_sets(of_sets, symbols[name], rows["neighbour"])
            parts.append(rows.assign(gene_sets=pd.Series(shared, index=rows.index, dtype=object)))
        if len(orders) > 1:
            contrasts[gene] = nearest.contrast(orders, top)
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if to is not None:
        text = table.assign(gene_sets=table["gene_sets"].map("; ".join)) if len(table) else table
        write_atomically(Path(to), text.to_csv(index=False).encode())
    result = Neighbours(table, [embedding.title for embedding in found], contrasts, notes)
    if picture is not None:
        from functools import partial

        from geneboard.benchmark.report.figures.save import drawn_by, file_of
        from geneboard.benchmark.tasks.embedding.figures.neighbours import neighbours_figure

        drawing = drawn_by(partial(neighbours_figure, table, contrasts, genes, found))
        write_atomically(picture, file_of(drawing, picture.suffix[1:]))
    return result


def _sets_of(
    symbols: Sequence[Mapping[str, str]], genesets: Path | str | Sequence[Path | str] | None
) -> list[dict[str, frozenset[str]]]:
    """Return the sets of the genes of each embedding, given what gene sets call these."""
    from geneboard.datasets.knowledge.gene_sets import embedded_gene_sets, read_gene_sets

    if genesets is None:
        libraries = embedded_gene_sets()
    else:
        files = [genesets] if isinstance(genesets, Path | str) else genesets
        libraries = [read_gene_sets(path) for path in given.paths(files)]
    return [
        {
            f"{library.name}: {name}": members
            for library in libraries
            for name, members in library.within(own.values(), smallest=2).sets.items()
        }
        for own in symbols
    ]


def _rows(
    embedding: StoredEmbedding, gene: str, values: pd.DataFrame, mean: pd.Series, top: int
) -> pd.DataFrame:
    """Return the nearest genes on average and in each dataset as rows of the table."""
    import pandas as pd

    from geneboard.benchmark.tasks.embedding.stored.nearest import MEAN, ranked

    orders = {MEAN: mean} | {str(dataset): ranked(column) for dataset, column in values.items()}
    there = values.notna().sum(axis="columns")
    parts = []
    for dataset, order in orders.items():
        near = order.iloc[:top]
        parts.append(
            pd.DataFrame(
                {
                    "tissue": embedding.board.tissue,
                    "method": embedding.row.name,
                    "seed": embedding.record["seed"],
                    "gene": gene,
                    "dataset": dataset,
                    "rank": range(1, len(near) + 1),
                    "neighbour": near.index,
                    "similarity": near.to_numpy(),
                    "datasets": there[near.index].to_numpy(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def show_neighbours(
    found: Neighbours, to: Path | str | None = None, picture: Path | str | None = None
) -> int:
    """Print the nearest genes, and between tissues what is shared and what is not."""
    from geneboard.benchmark.commands.terminal import show_lines, show_rows
    from geneboard.benchmark.tasks.embedding.stored.nearest import MEAN

    for sentence in found.embeddings:
        print(sentence)
    for asked, own in found.table.groupby("gene", sort=False) if len(found.table) else ():
        gene = str(asked)
        means = {
            str(tissue): part for tissue, part in own[own["dataset"] == MEAN].groupby("tissue", sort=False)
        }
        print()
        if gene in found.contrasts:
            _show_contrast(gene, found.contrasts[gene], list(means))
        else:
            print(f"{gene}: nearest genes on average over datasets")
        shared = set(found.contrasts[gene].shared) if gene in found.contrasts else set()
        show_rows(_side_by_side(means, shared))
        for tissue, part in means.items():
            show_lines(f"  in the same gene sets in {tissue}:", _sets_text(part))
        for (place, dataset), part in own[own["dataset"] != MEAN].groupby(["tissue", "dataset"], sort=False):
            near = [f"{n} {s:.2f}" for n, s in zip(part["neighbour"], part["similarity"], strict=True)]
            if len(own.loc[own["tissue"] == place, "dataset"].unique()) > 2:
                show_lines(f"  {dataset}:", ", ".join(near))
    for note in found.notes:
        print(note)
    if to is not None:
        print(f"all of it: {to}")
    if picture is not None:
        print(f"picture: {picture}")
    return 0


def _side_by_side(means: Mapping[str, pd.DataFrame], shared: set[str]) -> list[dict[str, str]]:
    """Return lines with the nearest genes on average of each tissue; the first has the heads."""
    columns: dict[str, list[str]] = {}
    longest = max(map(len, means.values()))
    columns["rank"] = ["", *map(str, range(1, longest + 1))]
    for tissue, part in means.items():
        empty = [""] * (longest - len(part))
        names = [f"{name}{'*' if name in shared else ''}" for name in part["neighbour"]]
        columns[f"{tissue} gene"] = [tissue, *names, *empty]
        columns[f"{tissue} similarity"] = ["cosine", *(f"{s:.3f}" for s in part["similarity"]), *empty]
        columns[f"{tissue} datasets"] = ["datasets", *map(str, part["datasets"]), *empty]
    return [dict(zip(columns, line, strict=True)) for line in zip(*columns.values(), strict=True)]


def _sets_text(part: pd.DataFrame) -> str:
    """Return the gene sets that most neighbours share with the gene, each with these neighbours."""
    of_set: dict[str, list[str]] = {}
    for neighbour, names in zip(part["neighbour"], part["gene_sets"], strict=True):
        for name in names:
            of_set.setdefault(name, []).append(neighbour)
    if not of_set:
        return f"none of the {len(part)}"
    most = sorted(of_set, key=lambda name: -len(of_set[name]))[:SETS_SHOWN]
    n_sharing = int((part["gene_sets"].map(len) > 0).sum())
    return f"{n_sharing} of {len(part)}; " + "; ".join(f"{name} ({', '.join(of_set[name])})" for name in most)


def _show_contrast(gene: str, found: Contrast, tissues: Sequence[str]) -> None:
    """Print what is shared between tissues, and what each has alone."""
    from geneboard.benchmark.commands.terminal import show_lines
    from geneboard.benchmark.report.wording import listed

    show_lines(
        f"{gene}: {len(found.shared)} of its nearest genes are the same in {listed(tissues)}",
        f"(by chance {found.chance:.1f}), among the {found.n_common} genes that have a place in all"
        + (f": {', '.join(found.shared)} (*)" if found.shared else ""),
    )
    for tissue, genes in found.own.items():
        told = [
            f"{name} ({', '.join(f'{_place(rank)} in {other}' for other, rank in ranks.items())})"
            for name, ranks in list(genes.items())[:OWN_SHOWN]
        ]
        show_lines(f"  only in {tissue}:", ", ".join(told) or "none")


def _place(rank: int | None) -> str:
    return "not there" if rank is None else f"rank {rank}"
