"""From what a user asks to cells: the embeddings of tissues, or vectors without one, with every question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.presets import Preset
from geneboard.benchmark.external.matching import read_matched
from geneboard.benchmark.external.precomputed import PrecomputedEntry
from geneboard.benchmark.tasks.biology.conditions import conditions_of
from geneboard.benchmark.tasks.biology.joint_answers import knowledge_of_joint
from geneboard.benchmark.tasks.biology.knowledge import known_of, of_the_project, truth_of
from geneboard.benchmark.tasks.biology.manifests import GeneTables, Knowledge
from geneboard.benchmark.tasks.biology.ortholog_answers import orthologs_of
from geneboard.benchmark.tasks.biology.problems import TASK, baseline_cells, cells_that_ask, vectors_cells
from geneboard.benchmark.tasks.biology.stored import stored_or_trained
from geneboard.benchmark.tasks.biology.vector_controls import controls_like
from geneboard.benchmark.tasks.biology.vectors import embeddings_in
from geneboard.benchmark.tasks.embedding.sources import PREPARED, warn_of_graphs
from geneboard.datasets.graph_files import write_tissue
from geneboard.datasets.graphs.gene_tables import GeneTables as NameTables
from geneboard.datasets.joint import divided, is_joint, joined
from geneboard.datasets.knowledge.conditions import Conditions
from geneboard.datasets.knowledge.symbols import human_symbols

if TYPE_CHECKING:
    from geneboard.datasets.base import Source, StepProgress, Tissue


@dataclass(frozen=True)
class Asked:
    """What a user asks.

    Attributes
    ----------
    given
        Gene sets and labels beside those of the project.
    models
        That predict labels.
    warn
        Called with a sentence about what is not asked, and why.
    species_apart
        Whether species keep their names, to be asked for orthologs.
    conditions
        Of the datasets of a tissue, whose neighbourhoods are compared.
    """

    given: Sequence[Knowledge]
    models: Sequence[str]
    warn: Callable[[str], None]
    species_apart: bool = False
    conditions: Conditions | None = None


def cells_of_tissues(
    source: Source,
    names: Sequence[str],
    together: Sequence[str],
    planned: Callable[[Tissue, Path], Sequence[Cell]],
    preset: Preset,
    asked: Asked,
    out: Path,
    *,
    tables: NameTables,
    preparing: StepProgress | None,
    retrain: bool = False,
) -> list[Cell]:
    """Return the cells of some tissues: every method and baseline with every question.

    Parameters
    ----------
    source, names
        Where tissues come from, and which.
    together
        Tissues that are asked as one joint tissue too; none if empty.
    planned
        Makes the cells of every method, of a tissue and the file that it is written to.
    preset
        How long methods train.
    asked
        What to ask.
    out
        Result folder.
    tables
        Of identifiers and orthologs, for genes that knowledge names otherwise.
    preparing
        Called with each step of preparing data.
    retrain
        Whether embeddings that are stored are trained anew.

    Raises
    ------
    InputError
        If a file says nothing about the genes of a tissue, or a method is not usable.
    """
    cells: list[Cell] = []
    for tissue in _loaded(source, names, together, preparing):
        if tissue.truth is None:
            for part in divided(tissue) if is_joint(tissue.name) else [tissue]:
                warn_of_graphs(part, asked.warn)
        manifest = write_tissue(tissue, out / PREPARED)
        genes = tables_of_genes(tissue, tables)
        symbols = [pd.Index(table["symbol"]) for table in genes.values()]
        others = of_the_project() if tissue.truth is None else truth_of(tissue)
        known = known_of(symbols, asked.given, others, where=tissue.name, warn=asked.warn)
        known += knowledge_of_joint(tissue, known)
        known += orthologs_of(tissue, genes, tables, asked=asked.species_apart, warn=asked.warn)
        if asked.conditions is not None:
            known.append(conditions_of(tissue, asked.conditions, known, asked.warn))
        own = [_with_coverage(cell, tissue) for cell in planned(tissue, manifest)]
        cells += cells_that_ask(
            [
                *baseline_cells(tissue, manifest, preset),
                *(own if retrain else stored_or_trained(own, out, task=TASK, tell=asked.warn)),
            ],
            known,
            out / PREPARED,
            genes=genes,
            models=asked.models,
            datasets=len(tissue.graphs),
        )
    return cells


def _loaded(
    source: Source, names: Sequence[str], together: Sequence[str], preparing: StepProgress | None
) -> Iterator[Tissue]:
    for name in names:
        yield source.load(name, preparing)
    if together:
        yield joined(source.load_together(together, preparing))


def cells_of_vectors(
    vectors: Sequence[PrecomputedEntry], preset: Preset, asked: Asked, out: Path
) -> list[Cell]:
    """Return the cells of vectors made elsewhere, which are asked without a tissue, and of controls.

    The controls have vectors for the genes of the first file.

    Raises
    ------
    InputError
        If a file of vectors is not usable, or other files say nothing about its genes.
    """
    cells: list[Cell] = []
    for place, entry in enumerate(vectors):
        found = embeddings_in(entry)
        own = [entry] if place else [entry, *controls_like(entry, found.genes)]
        cells += cells_that_ask(
            vectors_cells(own, preset),
            known_of(found.genes, asked.given, of_the_project(), where=str(entry.path), warn=asked.warn),
            out / PREPARED,
            genes={},
            models=asked.models,
            datasets=len(found.datasets),
        )
    return cells


def _with_coverage(cell: Cell, tissue: Tissue) -> Cell:
    """Say of the cell of a precomputed embedding how many genes it has."""
    if not isinstance(cell.entry, PrecomputedEntry):
        return cell
    covered = read_matched(cell.entry.path, cell.entry.identifiers, tissue).covered
    coverage = {"rows": sum(int(one.sum()) for one in covered), "of": sum(map(len, covered))}
    return replace(cell, about={**cell.about, "coverage": coverage})


def tables_of_genes(tissue: Tissue, names: NameTables) -> GeneTables:
    """Return the symbol of every gene, and which genes of a dataset are alike in expression and degree."""
    from geneboard.metrics.biology.strata import gene_strata

    symbols = [human_symbols(graph.genes, names, graph.name) for graph in tissue.graphs]
    graphs = [replace(graph, genes=own) for graph, own in zip(tissue.graphs, symbols, strict=True)]
    strata = gene_strata(replace(tissue, graphs=tuple(graphs), heldout=None))
    return {
        graph.name: pd.DataFrame({"symbol": own, "stratum": cells}, index=graph.genes)
        for graph, own, cells in zip(tissue.graphs, symbols, strata, strict=True)
    }
