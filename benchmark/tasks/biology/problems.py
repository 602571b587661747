"""The cells of biology: every embedding, and every baseline, with every question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geneboard.benchmark.cells import versions
from geneboard.benchmark.cells.cell import Cell, Problem
from geneboard.benchmark.cells.fingerprint import Code
from geneboard.benchmark.cells.presets import Preset
from geneboard.benchmark.cells.settings import Settings, settings_of
from geneboard.benchmark.external.precomputed import PrecomputedEntry
from geneboard.benchmark.tasks.biology.baselines import baseline_code, entries
from geneboard.benchmark.tasks.biology.definitions import MEASURES, Unit
from geneboard.benchmark.tasks.biology.manifests import GeneTables, Knowledge, write_question
from geneboard.benchmark.tasks.biology.questions import Question, questions_about
from geneboard.benchmark.tasks.biology.vectors import GENES, SOURCE, vectors_code
from geneboard.datasets.added_genes import about_data
from geneboard.datasets.knowledge.conditions import Conditions
from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.datasets.knowledge.labels import Labels
from geneboard.datasets.knowledge.orthologs import Orthologs
from geneboard.datasets.knowledge.regulators import Regulators
from geneboard.datasets.knowledge.time_split import TimeSplit
from geneboard.datasets.knowledge.tissues import DatasetTissues, TissueRegulators

if TYPE_CHECKING:
    from geneboard.benchmark.registry import Entry
    from geneboard.datasets.base import Tissue

TASK = "biology"

UNITS: Mapping[type[Knowledge], Unit] = {
    GeneSets: "sets",
    Labels: "labels",
    TimeSplit: "terms",
    Regulators: "regulators",
    Orthologs: "orthologs",
    Conditions: "conditions",
    DatasetTissues: "datasets",
    TissueRegulators: "regulators of tissues",
}
"""What measures ask of each kind of knowledge."""


def baseline_cells(tissue: Tissue, manifest: Path, preset: Preset) -> list[Cell]:
    """Return the cells that make the baselines of a tissue, the inputs of those that ask."""
    problem = Problem(TASK, tissue.name, tissue.source, tissue.data_hashes, manifest)
    about, code = about_data(tissue), Code()
    return [
        _deterministic(problem, entry, Settings({}, {}), preset, baseline_code(entry, code), about=about)
        for entry in entries()
    ]


def vectors_cells(vectors: Iterable[PrecomputedEntry], preset: Preset) -> list[Cell]:
    """Return the cells that read vectors made elsewhere, the inputs of those that ask."""
    return [
        _deterministic(
            Problem(TASK, GENES, SOURCE, {}, entry.path),
            entry,
            settings_of(entry, preset, {}),
            preset,
            vectors_code(),
        )
        for entry in vectors
    ]


def _deterministic(
    problem: Problem,
    entry: Entry,
    settings: Settings,
    preset: Preset,
    code: str,
    about: Mapping[str, Any] | None = None,
) -> Cell:
    return Cell(
        problem=problem,
        preset=preset.name,
        entry=entry,
        settings=settings,
        seed=0,
        threads=preset.threads,
        device="cpu",
        code=code,
        metric_versions={},
        git_revision=versions.git_revision(),
        about=about or {},
    )


def cells_that_ask(
    embeddings: Sequence[Cell],
    knowledge: Iterable[Knowledge],
    folder: Path,
    *,
    genes: GeneTables,
    models: Sequence[str],
    datasets: int,
    measures: Iterable[str] = tuple(MEASURES),
) -> list[Cell]:
    """Return a cell for every embedding and question.

    Parameters
    ----------
    embeddings
        Cells whose artifact is an embedding of the same genes.
    knowledge
        Gene sets and labels.
    folder
        Where to write what processes read.
    genes
        What is known of the genes of each dataset.
    models, measures
        That predict labels, and that are wanted.
    datasets
        Number of the datasets.
    """
    found = []
    for one in knowledge:
        manifest, sha256 = write_question(one, genes, folder)
        for question in questions_about(
            one.name, one.digest, UNITS[type(one)], models, datasets=datasets, measures=measures
        ):
            found += [_asking(cell, question, manifest, sha256) for cell in embeddings]
    return found


def _asking(embedding: Cell, question: Question, manifest: Path, sha256: str) -> Cell:
    problem = replace(
        embedding.problem,
        task=TASK,
        manifest=manifest,
        manifest_digest=sha256,
        facts=question.facts,
        detail=f"({question.label})",
    )
    return replace(
        embedding,
        problem=problem,
        input=embedding,
        code=TASK,  # what the answer rests on beside the embedding: the versions of the scores tell it
        metric_versions=question.versions,
        scored_with={},
        about={name: value for name, value in embedding.about.items() if name != "groups_note"},
    )
