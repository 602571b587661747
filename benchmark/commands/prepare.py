"""The command `prepare`: gene graphs of raw counts."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from geneboard.benchmark.commands import arguments as given
from geneboard.benchmark.commands.options import PROGRAM
from geneboard.benchmark.commands.terminal import show_paths, show_step, show_warning
from geneboard.datasets.errors import InputError

__all__ = ["prepare", "show_prepare"]


def prepare(
    counts: given.Paths,
    tissue: given.TissueName,
    out: given.Folder,
    *,
    edges: Literal["p", "bh", "top"] = "p",
    p_threshold: given.Share = 0.005,
    top_k: Annotated[int, given.Argument(type=given.count, metavar="K")] | None = None,
    max_cells: given.Count | None = None,
    min_genes_per_cell: given.Count | None = None,
    max_genes_per_cell: given.Count | None = None,
    max_mitochondrial_share: given.Share | None = None,
    min_cells_per_gene: given.Count | None = None,
    min_cell_share: given.Share | None = None,
    residuals: Literal["pearson", "sctransform"] = "pearson",
    genes: given.GeneLists = (),
    layer: given.Name | None = None,
    round_counts: bool = False,
    identifiers: given.Identifiers = (),
    orthologs: given.File | None = None,
    allow_disjoint: bool = False,
    species_apart: bool = False,
    modality: Literal["scrna", "scatac", "spatial"] | None = None,
    quiet: bool = False,
) -> Sequence[Path]:
    """Turn raw counts into gene graphs.

    The graphs of a tissue are files that `run` reads with --data. Beside them it is written how good they
    are: quality.csv, quality.md and quality.png.

    Parameters
    ----------
    counts
        Folder with <tissue>/<modality>_<tissue>_<id>.h5ad, .h5, .loom, .csv and others; or such files, and
        folders of 10x, of any name.
    tissue
        One tissue.
    out
        Where the gene graphs and quality.md go.
    edges
        Join genes by raw p-value, Benjamini-Hochberg, or strongest partners.
    p_threshold
        p-value, or false discovery rate for bh.
    top_k
        Partners of each gene for top (default: 50).
    max_cells
        Draw N cells of a dataset with more (default: all).
    min_genes_per_cell, max_genes_per_cell, max_mitochondrial_share, min_cells_per_gene, min_cell_share
        As for `run`.
    modality
        Of files given one by one whose names do not begin with it (default: spatial with places of spots,
        scrna without).
    residuals, genes, layer, round_counts, identifiers, orthologs, allow_disjoint, species_apart, quiet
        As for `run`.

    Raises
    ------
    InputError
        If a file or a parameter is not usable.
    """
    from geneboard.benchmark.tasks.embedding.sources import with_genes
    from geneboard.datasets.graphs.gene_tables import read_tables
    from geneboard.datasets.graphs.settings import PipelineSettings
    from geneboard.datasets.prepare import prepare_tissue

    if top_k is not None and edges != "top":
        raise InputError(f"--top-k {top_k}: needs --edges top")
    try:
        settings = PipelineSettings(
            min_genes_per_cell=min_genes_per_cell,
            max_genes_per_cell=max_genes_per_cell,
            max_mitochondrial_share=max_mitochondrial_share,
            min_cells_per_gene=min_cells_per_gene,
            min_cell_share=min_cell_share,
            residuals=residuals,
            layer=layer,
            round_counts=round_counts,
            max_cells=max_cells,
            edges=edges,
            p_threshold=p_threshold,
            top_k=PipelineSettings.top_k if top_k is None else top_k,
        )
    except ValueError as error:
        raise InputError(f"prepare: {error}") from error
    identifiers, orthologs = given.paths(identifiers), given.optional_path(orthologs)
    return prepare_tissue(
        given.paths([counts] if isinstance(counts, Path | str) else counts),
        tissue,
        Path(out),
        with_genes(settings, genes, identifiers, orthologs, show_warning),
        progress=None if quiet else show_step,
        allow_disjoint=allow_disjoint,
        tables=read_tables(identifiers, orthologs),
        warn=show_warning,
        modality=modality,
        species_apart=species_apart,
    )


def show_prepare(paths: Sequence[Path], out: Path, tissue: str, species_apart: bool = False) -> int:
    """Print the graphs, one a line, and beside them where the report is and what to do next."""
    from geneboard.datasets.prepare import PAGE

    status = show_paths(paths)
    program = ["python", PROGRAM] if PROGRAM.endswith(".py") else [PROGRAM]
    command = [*program, "--tissue", tissue, "--data", str(out)]
    command += ["--species-apart"] if species_apart else []
    print(f"How good they are: {out / tissue / PAGE}\nNext: {shlex.join(command)}", file=sys.stderr)
    return status
