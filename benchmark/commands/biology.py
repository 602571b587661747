"""The command `biology`: what embeddings know about genes that no method was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.commands import arguments as given
from geneboard.benchmark.commands.device import resolve_devices
from geneboard.datasets.errors import InputError, closest

if TYPE_CHECKING:
    from geneboard.benchmark.cells.cell import Cell
    from geneboard.benchmark.engine.run import Outcome
    from geneboard.datasets.base import Tissue


def biology(
    tissues: given.TissueNames = (),
    *,
    data: given.Folder | None = None,
    out: given.Folder = "results",
    gene_sets: given.GeneSetFiles = (),
    labels: given.LabelFiles = (),
    regulators: given.RegulatorFiles = (),
    conditions: given.ConditionFile | None = None,
    models: given.Models = ("logistic",),
    methods: given.Methods | None = None,
    seeds: given.Count | None = None,
    preset: given.Preset = "quick",
    sets: given.Sets = (),
    plugins: given.Plugins = (),
    external: given.File | None = None,
    embeddings: given.Embeddings = (),
    joint: given.Joint = (),
    genes: given.GeneLists = (),
    identifiers: given.Identifiers = (),
    orthologs: given.File | None = None,
    jobs: given.Count | None = None,
    scheduler: given.Scheduler | None = None,
    device: str = "auto",
    devices: given.Devices = (),
    time_limit: given.Seconds | None = None,
    memory_limit: given.Megabytes | None = None,
    pictures: bool = True,
    force: bool = False,
    dry_run: bool = False,
    allow_disjoint: bool = False,
    species_apart: bool = False,
    quiet: bool = False,
) -> Outcome:
    """Ask embeddings what they know about genes: gene sets and labels that no method was trained on.

    With tissues it trains what `run` has not, the same cells, and asks every embedding. Without one it ranks
    vectors made elsewhere. Every answer is a cell: another library computes that one alone.

    Parameters
    ----------
    tissues
        One or more tissues, or all; none with --embedding or --joint alone.
    gene_sets
        Libraries of gene sets, .gmt, beside those that come with geneboard.
    labels
        Labels, a file with the columns gene and label (positive, negative), beside those of geneboard.
    regulators
        Tables of known regulation with the columns regulator, target and effect (activation, repression,
        unknown), or source, target and weight as decoupler writes them; an open substitute for Ingenuity.
    conditions
        Which datasets to compare: a table with the columns dataset and condition, two of them.
        Genes whose neighbourhoods differ more between the two than within them are named.
    models
        What predicts labels: logistic, forest or both (default: logistic).
    methods
        Methods to ask (default: all); controls are asked too.
    embeddings
        Ask vectors made elsewhere, as `run` reads them; of genes that have one.
    joint
        Ask embeddings of these tissues together (or all), trained as by `run --joint`.

        Asked too is which datasets are alike, and with `regulators` which regulators the tissues share.
    genes
        As for `run`.
    identifiers
        Table with columns ensembl and symbol (and entrez), for data or embeddings that name genes otherwise.
    orthologs
        Table with columns mouse and human, for data of mice. Where a tissue has both species, genes are asked
        for their orthologs.
    species_apart
        As for `run`: then orthologs are only looked up, and not given in training.
    pictures
        Pictures and report.html: tables only.
    data, out, seeds, preset, sets, plugins, external, jobs, scheduler, device, devices
        As for `run`.
    time_limit, memory_limit
        As for `run`.
    force
        Run finished cells again, and train embeddings that are stored anew.
    dry_run, allow_disjoint, quiet
        As for `run`.

    Raises
    ------
    InputError
        If something the user gave is not usable; nothing has been trained then.
    """
    from geneboard.benchmark.cells.presets import preset_named
    from geneboard.benchmark.commands.build_report import build_report, build_tables
    from geneboard.benchmark.commands.methods_of_run import methods_of_run
    from geneboard.benchmark.commands.reference import open_reference
    from geneboard.benchmark.commands.terminal import show_controls, show_step, show_warning
    from geneboard.benchmark.engine.executors import default_jobs
    from geneboard.benchmark.engine.processes import Limits
    from geneboard.benchmark.engine.run import run_cells
    from geneboard.benchmark.external.precomputed import parse_embeddings
    from geneboard.benchmark.records import store
    from geneboard.benchmark.tasks.biology.knowledge import given_knowledge
    from geneboard.benchmark.tasks.biology.plan import Asked, cells_of_tissues, cells_of_vectors
    from geneboard.benchmark.tasks.biology.questions import MODELS
    from geneboard.benchmark.tasks.embedding.sources import (
        open_source,
        refuse_unused_settings,
        refuse_unused_tables,
        tissues_of,
        tissues_together,
        with_genes,
    )
    from geneboard.datasets.graphs.gene_tables import read_tables
    from geneboard.datasets.graphs.settings import PipelineSettings
    from geneboard.datasets.knowledge.conditions import read_conditions

    data, out, external = given.optional_path(data), Path(out), given.optional_path(external)
    orthologs, identifiers, plugins = (
        given.optional_path(orthologs),
        given.paths(identifiers),
        given.paths(plugins),
    )
    chosen_preset = preset_named(preset)
    place, gpus = resolve_devices(device, devices, here=scheduler is None)
    for model in models:
        if model not in MODELS:
            raise InputError(f"--models {model}: unknown{closest(model, MODELS)}")
    refuse_unused_tables(data, identifiers, orthologs, embeddings=bool(embeddings))
    pipeline = with_genes(PipelineSettings(), genes, identifiers, orthologs, show_warning)
    refuse_unused_settings(data, pipeline)
    if species_apart and orthologs is None:
        raise InputError("--species-apart: needs --orthologs FILE, to look orthologs up")
    vectors = parse_embeddings(embeddings, identifiers)
    running = methods_of_run(
        methods, chosen_preset, sets=sets, plugins=plugins, external=external, vectors=vectors
    )
    tissues = [tissues] if isinstance(tissues, str) else tissues
    if not (tissues or joint) and (not vectors or methods is not None or data is not None):
        raise InputError(
            "biology: give --tissue or --joint, or vectors made elsewhere alone (--embedding NAME=FILE)"
        )
    conditions = given.optional_path(conditions)
    if conditions is not None and (len(tissues) != 1 or joint):
        raise InputError("biology: --conditions compares datasets of one tissue; give one --tissue alone")
    asked = Asked(
        given_knowledge(given.paths(gene_sets), labels, given.paths(regulators)),
        tuple(dict.fromkeys(models)),
        show_warning,
        species_apart,
        None if conditions is None else read_conditions(conditions),
    )
    given.make_folder(out)
    store.read_records(out, show_warning)  # what does not fit is told before any work, not after it
    cells: Sequence[Cell]
    if tissues or joint:
        source = open_source(
            data,
            out,
            allow_disjoint=allow_disjoint,
            identifiers=identifiers,
            orthologs=orthologs,
            settings=pipeline,
            species_apart=species_apart,
        )
        cells = cells_of_tissues(
            source,
            tissues_of(source, tissues, [] if joint else None),
            tissues_together(source, joint),
            partial(running.planned, seeds=seeds, device=place),
            chosen_preset,
            asked,
            out,
            tables=read_tables(identifiers, orthologs),
            preparing=None if quiet else show_step,
            retrain=force,
        )
        if not quiet:
            show_controls(running.controls_among(cells))
    else:
        cells = cells_of_vectors(list(vectors.values()), chosen_preset, asked, out)
    if not cells:
        where = ", ".join([*tissues, *joint, *(str(entry.path) for entry in vectors.values())])
        named = tissues_of(source, tissues, None) if tissues else []
        raise InputError(_nothing_known(where, [source.load(name) for name in named], bool(identifiers)))
    outcome = run_cells(
        cells,
        out,
        jobs=jobs,
        limits=Limits(time_limit, memory_limit),
        force=force,
        quiet=quiet,
        dry_run=dry_run,
        warn=show_warning,
        scheduler=scheduler,
        gpus=gpus,
    )
    if dry_run:
        return outcome
    shown = open_reference(None, out).beside(store.read_records(out), show_warning)
    if pictures:
        build_report(
            out,
            shown,
            processes=(jobs if scheduler is None else None) or default_jobs(chosen_preset.threads, "cpu"),
        )
    else:
        build_tables(out, shown)
    return outcome


def _nothing_known(where: str, tissues: Sequence[Tissue], identifiers: bool) -> str:
    """Return why no question can be asked, as far as the names of the genes tell."""
    from geneboard.datasets.graphs.gene_ids import naming_of, without_version

    for tissue in tissues if not identifiers else ():
        if any(naming_of(without_version(graph.genes)).ids.startswith("ENS") for graph in tissue.graphs):
            what = "the genes are Ensembl ids, the gene sets and labels have symbols"
            return f"{tissue.name}: {what}: give --ids FILE"
    return (
        f"{where}: no gene set and no label says anything about the genes; see --genesets, --labels, "
        "--regulators, --ids and --orthologs"
    )


def show_biology(
    outcome: Outcome,
    *,
    out: Path | str,
    pictures: bool,
    jobs: int | None,
    dry_run: bool,
    explain: bool = False,
) -> int:
    """Print what embeddings know, and failures; return the exit status of the command.

    Parameters
    ----------
    outcome, out, pictures, jobs, dry_run
        Of the command.
    explain
        Print all notes, not only those that are needed to read the numbers.
    """
    from geneboard.benchmark.commands.reference import open_reference
    from geneboard.benchmark.commands.show_run import show_run
    from geneboard.benchmark.commands.terminal import show_lines
    from geneboard.benchmark.records import store
    from geneboard.benchmark.report.groups import board_of
    from geneboard.benchmark.tasks.biology.chapter import agreement_sentences

    out = Path(out)
    status = show_run(outcome, out=out, pictures=pictures, jobs=jobs, dry_run=dry_run, explain=explain)
    if not dry_run:
        concerned = {board_of(record) for record in outcome.records}
        shown = open_reference(None, out).beside(store.read_records(out))
        asked = [record for record in shown if board_of(record) in concerned]
        scored = [record for record in shown if record["task"] == "embedding"]
        for sentence in agreement_sentences(asked, scored):
            print()
            show_lines("Agreement:", sentence)
    return status
