"""The command `run`: methods on tissues."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from geneboard.benchmark.commands import arguments as given
from geneboard.benchmark.commands.device import resolve_devices
from geneboard.benchmark.commands.show_run import show_run

if TYPE_CHECKING:
    from geneboard.benchmark.cells.cell import Cell
    from geneboard.benchmark.engine.run import Outcome
    from geneboard.datasets.base import Tissue

__all__ = ["run", "show_run"]


def run(
    tissues: given.TissueNames = (),
    *,
    data: given.Folder | None = None,
    out: given.Folder = "results",
    methods: given.Methods | None = None,
    seeds: given.Count | None = None,
    preset: given.Preset = "quick",
    sets: given.Sets = (),
    ablations: bool = False,
    plugins: given.Plugins = (),
    external: given.File | None = None,
    embeddings: given.Embeddings = (),
    joint: given.Joint = (),
    beside: given.Folder | None = None,
    identifiers: given.Identifiers = (),
    orthologs: given.File | None = None,
    groups: given.File | None = None,
    min_genes_per_cell: given.Count | None = None,
    max_genes_per_cell: given.Count | None = None,
    max_mitochondrial_share: given.Share | None = None,
    min_cells_per_gene: given.Count | None = None,
    min_cell_share: given.Share | None = None,
    residuals: Literal["pearson", "sctransform"] = "pearson",
    genes: given.GeneLists = (),
    layer: given.Name | None = None,
    round_counts: bool = False,
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
    holdout: bool = False,
    quiet: bool = False,
) -> Outcome:
    """Run methods on tissues and rank them (the default).

    Every cell - a method with a seed on a tissue - leaves a record in the result folder, from which tables,
    pictures and the report are made. Cells that ended well, or were skipped, are not run again; those that
    failed are. A file of methods of which `methods` names none runs whole.

    Parameters
    ----------
    tissues
        One or more tissues, or all; those of `joint` need not be named.
    data
        Folder with <tissue>/<modality>_<tissue>_<id>.h5ad, or census:TISSUE; without it: synthetic data.
    out
        Result folder.
    methods
        Methods to run (default: all); controls run too, unless `beside` has their rows.
    seeds
        Seeds of each method (default: the preset's; a control gets at most the preset's).
    preset
        How long methods train.
    sets
        Set a hyper-parameter, for example musegnn.epochs=500.
    ablations
        Also run methods with parts left out or exchanged, where they name such (MuSe-GNN: shared weights, its
        two losses, the encoder), and tell what that helps or costs.
    plugins
        A Python file with one more method.
    external
        Methods that run as commands (default: external.toml).
    embeddings
        Rank vectors made elsewhere, .h5ad, .csv or .npz by gene symbol or Ensembl id.

        Where one lacks genes, these get the zero vector, and every method of the run is also scored on the
        genes that it has.
    joint
        Also train on these tissues together (or all), and score that on all of them and on each.

        Each is run by itself as well, so that the two can be compared; their genes are named alike.
    beside
        Put rows of a result folder beside those of the same data and preset (default: those that come with
        geneboard; none: no rows).

        Their data are the same where counts, settings and version of the steps to graphs are. A row that the
        result folder has itself takes their place; nothing is trained again.
    identifiers
        Table with columns ensembl and symbol (and entrez), for data or embeddings that name genes otherwise.
    orthologs
        Table with columns mouse and human, for a tissue with data of both.
    groups
        Table with columns dataset (name or id) and group: datasets of one donor, animal or study.

        Intervals over datasets leave out one group at a time; more than ten are joined into ten. By default
        groups are those of the column unit of a MANIFEST.csv in or above the folder of data, or of the
        catalogue.
    min_genes_per_cell
        Drop cells with fewer than N genes (default: 200 from 10,000 measured genes up, else 1 in 50 of them).

        For gene activity it is 1 in 100 of the measured genes, at most 200. Spots have no such bound.
    max_genes_per_cell
        Drop cells with N genes or more: doublets.
    max_mitochondrial_share
        Drop cells with this share of their counts in mitochondrial genes, or more: damaged.
    min_cells_per_gene
        Drop genes seen in fewer than N cells (default: 3; 5 with --residuals sctransform).
    min_cell_share
        Drop genes seen in a smaller share of the cells (default: 0.01; none with --residuals sctransform).
    residuals
        Residuals that select genes and are their features: analytic, or close to SCTransform v2.
    genes
        Add genes that are not selected: essential, haploinsufficient and others that come with geneboard, or
        a file (a table with a column gene, .gmt, or one gene a line).

        The graphs are data of their own, which is in the name of the source.
    layer
        Take counts of .h5ad files from X, raw or this layer (default: X, layer counts or raw, the first that
        holds counts).
    round_counts
        Take corrected counts (SoupX, decontX), which are fractions, rounded.
    jobs
        Cells at once (default: one per core).
    scheduler
        Train and score on the workers of a Dask scheduler, tcp://HOST:PORT; they need the same
        versions. With it --device auto is cpu.
    device
        Where methods train: auto, cpu or cuda.
    devices
        GPUs of this machine that cells share, as cuda:0,cuda:1: each trains on one of them.
    time_limit
        Seconds that training, then scoring, may take.
    memory_limit
        Resident memory of a cell.
    pictures
        Maps of embeddings, pictures and report.html: tables only.
    force
        Run finished cells again.
    dry_run
        Only tell which cells would run, which are there already, and how long it may take.
    species_apart
        Datasets of human and mouse keep their own names: nothing tells methods which genes are orthologs.
    allow_disjoint
        Accept datasets that share no gene with the others.
    holdout
        Train on the graphs of half of the cells, score AUC and NO on those of the other half too.

        It needs counts; its records have a source of their own.
    quiet
        Show no progress.

    Raises
    ------
    InputError
        If something the user gave is not usable; nothing has been trained then.
    """
    from geneboard.benchmark.cells.presets import preset_named
    from geneboard.benchmark.commands.board_so_far import BoardSoFar

    # imported before the cells run: the source may be edited later
    from geneboard.benchmark.commands.build_report import build_report, build_tables
    from geneboard.benchmark.commands.methods_of_run import methods_of_run
    from geneboard.benchmark.commands.reference import open_reference
    from geneboard.benchmark.commands.terminal import show_controls, show_step, show_warning
    from geneboard.benchmark.engine.executors import default_jobs
    from geneboard.benchmark.engine.processes import Limits, Processes
    from geneboard.benchmark.engine.run import run_cells
    from geneboard.benchmark.external.precomputed import parse_embeddings
    from geneboard.benchmark.records import store
    from geneboard.benchmark.records.descriptions import write_descriptions
    from geneboard.benchmark.tasks.embedding.joint import cells_of_part
    from geneboard.benchmark.tasks.embedding.maps.layout import read_layouts
    from geneboard.benchmark.tasks.embedding.maps.make_layouts import (
        LIBRARIES,
        cells_to_lay_out,
        make_layouts,
    )
    from geneboard.benchmark.tasks.embedding.sensitivity.analysis import read_sensitivity
    from geneboard.benchmark.tasks.embedding.sources import (
        PREPARED,
        open_source,
        refuse_unused_settings,
        refuse_unused_tables,
        tissues_of,
        tissues_together,
        warn_of_graphs,
        with_genes,
    )
    from geneboard.datasets.graph_files import write_tissue
    from geneboard.datasets.graphs.settings import PipelineSettings
    from geneboard.datasets.joint import is_joint, joined
    from geneboard.datasets.units import groups_of

    data, out, external = given.optional_path(data), Path(out), given.optional_path(external)
    groups = given.optional_path(groups)
    orthologs, identifiers, plugins = (
        given.optional_path(orthologs),
        given.paths(identifiers),
        given.paths(plugins),
    )
    chosen_preset = preset_named(preset)
    given.make_folder(out)
    refuse_unused_tables(data, identifiers, orthologs, embeddings=bool(embeddings))
    pipeline = PipelineSettings(
        min_genes_per_cell=min_genes_per_cell,
        max_genes_per_cell=max_genes_per_cell,
        max_mitochondrial_share=max_mitochondrial_share,
        min_cells_per_gene=min_cells_per_gene,
        min_cell_share=min_cell_share,
        residuals=residuals,
        layer=layer,
        round_counts=round_counts,
    )
    pipeline = with_genes(pipeline, genes, identifiers, orthologs, show_warning)
    refuse_unused_settings(data, pipeline)
    running = methods_of_run(
        methods,
        chosen_preset,
        sets=sets,
        plugins=plugins,
        external=external,
        vectors=parse_embeddings(embeddings, identifiers),
        ablations=ablations,
    )
    place, gpus = resolve_devices(device, devices, here=scheduler is None)
    reference = open_reference(beside, out)
    store.read_records(out, show_warning)  # what does not fit is told before any work, not after it
    if pictures:
        read_layouts(out)
        read_sensitivity(out)
    source = open_source(
        data,
        out,
        allow_disjoint=allow_disjoint,
        identifiers=identifiers,
        orthologs=orthologs,
        holdout=holdout,
        settings=pipeline,
        species_apart=species_apart,
    )
    preparing = None if quiet else show_step

    def cells_on(tissue: Tissue) -> list[Cell]:
        if data is not None and not is_joint(tissue.name):
            warn_of_graphs(tissue, show_warning, pipeline)
        return running.cells(
            tissue,
            write_tissue(tissue, out / PREPARED),
            reference,
            out,
            seeds=seeds,
            device=place,
            groups=groups_of(tissue, data, groups),
        )

    cells: list[Cell] = []
    together = tissues_together(source, joint)
    for name in tissues_of(source, tissues, [] if together else None):
        if name not in together:
            cells += cells_on(source.load(name, preparing))
    if together:
        loaded = source.load_together(together, preparing)
        whole = cells_on(joined(loaded))
        for tissue in loaded:
            alone = cells_on(tissue)
            cells += [*alone, *cells_of_part(whole, tissue, alone)]
        cells += whole
    if not quiet:
        show_controls(running.controls_among(cells))
    outcome = run_cells(
        cells,
        out,
        jobs=jobs,
        limits=Limits(time_limit, memory_limit),
        force=force,
        quiet=quiet,
        dry_run=dry_run,
        on_record=None if quiet else BoardSoFar(out, reference),
        warn=show_warning,
        scheduler=scheduler,
        gpus=gpus,
    )
    if dry_run:
        return outcome
    write_descriptions(out, {cell.key: cell.entry.docstring for cell in cells if cell.entry.kind == "plugin"})
    shown = reference.beside(store.read_records(out), show_warning)
    build_tables(out, shown)
    if pictures:
        processes = (jobs if scheduler is None else None) or default_jobs(chosen_preset.threads, "cpu")
        unmapped = cells_to_lay_out(cells, outcome.records, out, force=force)
        with Processes(processes, threads=chosen_preset.threads, libraries=LIBRARIES) as executor:
            make_layouts(unmapped, out, executor, quiet=quiet, warn=show_warning)
        build_report(out, shown, processes=processes)
    return outcome
