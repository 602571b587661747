"""What the command line does, as functions for notebooks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geneboard.benchmark import registry
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.presets import preset_named
from geneboard.benchmark.cells.settings import parse_sets, settings_of
from geneboard.benchmark.commands.showing import compare as compare  # public here too
from geneboard.benchmark.commands.showing import leaderboard_texts as leaderboard_texts
from geneboard.benchmark.commands.showing import tables as tables
from geneboard.benchmark.engine.processes import Limits, Processes
from geneboard.benchmark.engine.run import Outcome, default_jobs, run_cells
from geneboard.benchmark.external.commands import known_methods, read_commands
from geneboard.benchmark.external.precomputed import parse_embeddings
from geneboard.benchmark.records import store
from geneboard.benchmark.tasks.embedding.maps.layout import read_layouts
from geneboard.benchmark.tasks.embedding.maps.make_layouts import cells_to_lay_out, make_layouts
from geneboard.benchmark.tasks.embedding.problems import cells_of, with_coverage
from geneboard.benchmark.tasks.embedding.sources import (
    PREPARED,
    open_source,
    refuse_unused_tables,
    tissues_of,
    warn_of_graphs,
)
from geneboard.benchmark.tasks.embedding.sources import fetch as fetch
from geneboard.benchmark.tasks.embedding.sources import prepare as prepare
from geneboard.benchmark.tasks.embedding.task import plain_scores
from geneboard.datasets.base import StepProgress
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.benchmark.tasks.embedding.sensitivity.run import Outcome as SensitivityOutcome
    from geneboard.datasets.base import Tissue
    from geneboard.metrics.base import Score


def resolve_device(device: str) -> str:
    """Turn ``auto`` into ``cuda:0`` or ``cpu``.

    Raises
    ------
    InputError
        If the device is unknown, or is a GPU and there is none.
    """
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", device):
        raise InputError(f"--device {device}: expected auto, cpu, cuda or cuda:NUMBER")
    if device == "cpu":
        return device
    import torch

    if torch.cuda.is_available():
        return "cuda:0" if device in ("auto", "cuda") else device
    if device == "auto":
        return "cpu"
    raise InputError(f"--device {device}: torch finds no CUDA device on this machine")


def run(
    tissues: Sequence[str],
    *,
    data: Path | None = None,
    out: Path = Path("results"),
    methods: Sequence[str] | None = None,
    plugins: Sequence[Path] = (),
    external: Path | None = None,
    embeddings: Sequence[str] = (),
    identifiers: Sequence[Path] = (),
    orthologs: Path | None = None,
    preset: str = "quick",
    seeds: int | None = None,
    sets: Sequence[str] = (),
    device: str = "auto",
    jobs: int | None = None,
    limits: Limits | None = None,
    force: bool = False,
    allow_disjoint: bool = False,
    holdout: bool = False,
    pictures: bool = True,
    quiet: bool = False,
    preparing: StepProgress | None = None,
    warn: Callable[[str], None] | None = None,
) -> Outcome:
    """Run methods on tissues, write a record for every cell and rebuild what the result folder shows.

    Cells whose record says ok or skipped are not run again; those that failed are.

    Parameters
    ----------
    tissues
        Names, or ``["all"]``.
    data
        Folder with counts or gene graphs; None for the synthetic source.
    out
        Result folder.
    methods
        Names; None runs all, plugins included.
    plugins
        Files that define more methods. Where `methods` names none of a file's, all of them run.
    external
        File with methods that run as commands (`benchmark.external.commands`); None reads external.toml of
        the checkout if it is there. Where `methods` names none of a file that is given, all of them run.
    embeddings
        ``["name=FILE"]``: vectors made elsewhere, which always run. Where one lacks genes, these get the
        zero vector, and every method of the run is also scored on the genes that it has.
    identifiers
        Tables of Ensembl ids and symbols: genes of `embeddings` are found by them, and datasets that do not
        name genes alike are brought to symbols.
    orthologs
        Table of mouse and human symbols, for a tissue with data of both.
    preset, seeds, sets, device, jobs, limits, force, allow_disjoint
        As on the command line.
    holdout
        Methods see the graphs of half of the cells of every dataset; AUC_heldout and NO_heldout score them on
        the graphs of the other half. Needs counts; its records have a source of their own.
    pictures
        False makes the tables only: no maps of embeddings, pictures or report.html.
    quiet
        True shows no progress.
    preparing
        Called while data are prepared.
    warn
        Called with a sentence for everything that is suspicious about a graph of `data`, and for every
        embedding that could not be laid out for a picture.

    Raises
    ------
    InputError
        If something the user gave is not usable; nothing has been trained then.
    """
    from geneboard.benchmark.commands.build_report import (
        build_report,  # now: an edit of the source may break it hours later
        build_tables,
    )

    chosen_preset = preset_named(preset)
    _make_folder(out)
    known = known_methods(plugins, external)
    refuse_unused_tables(data, identifiers, orthologs, embeddings=bool(embeddings))
    vectors = parse_embeddings(embeddings, identifiers)
    for entry in vectors.values():
        known.add(entry)
    given_files = [[entry.name for entry in registry.entries_in(path)] for path in plugins]
    given_files += [list(read_commands(external))] if external is not None else []
    chosen = _chosen(methods, [*given_files, *([name] for name in vectors)], known)
    given = parse_sets(sets, chosen)
    settings = {name: settings_of(known[name], chosen_preset, given.get(name, {})) for name in chosen}
    place = resolve_device(device)
    _refuse_damaged(out, pictures=pictures)
    source = open_source(
        data,
        out,
        allow_disjoint=allow_disjoint,
        identifiers=identifiers,
        orthologs=orthologs,
        holdout=holdout,
    )
    cells: list[Cell] = []
    for name in tissues_of(source, tissues):
        tissue = source.load(name, preparing)
        if data is not None and warn is not None:
            warn_of_graphs(tissue, warn)
        manifest = _manifest(tissue, out)
        planned = cells_of(
            tissue, manifest, known, chosen, chosen_preset, settings=settings, seeds=seeds, device=place
        )
        cells += with_coverage(planned, tissue, vectors, out / PREPARED)
    outcome = run_cells(cells, out, jobs=jobs, limits=limits, force=force, quiet=quiet)
    build_tables(out, store.read_records(out))
    if pictures:
        processes = jobs or default_jobs(chosen_preset.threads, "cpu")
        unmapped = cells_to_lay_out(cells, outcome.records, out, force=force)
        with Processes(processes, threads=chosen_preset.threads) as executor:
            make_layouts(unmapped, out, executor, quiet=quiet, warn=warn)
        build_report(out, store.read_records(out), processes=processes)
    return outcome


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {out}: the folder cannot be made ({error.strerror})") from error


def _refuse_damaged(out: Path, *, pictures: bool) -> None:
    """Read what the end of a run reads, so that a damaged file is told before any work, not after it."""
    store.read_records(out)
    if pictures:
        from geneboard.benchmark.tasks.embedding.sensitivity.files import read_sensitivity

        read_layouts(out)
        read_sensitivity(out)


def _chosen(
    methods: Sequence[str] | None, given_files: Sequence[Sequence[str]], known: registry.Registry
) -> list[str]:
    """Names of the methods to run; a file that was given and of which none is named runs whole."""
    if methods is None:
        return known.names()
    chosen = list(methods)
    for defined in given_files:
        if not set(defined) & set(methods):
            chosen += defined
    if not chosen:
        raise InputError("--methods names no method")
    return [known[name].name for name in dict.fromkeys(chosen)]


def _manifest(tissue: Tissue, out: Path) -> Path:
    from geneboard.datasets.graph_files import write_tissue

    return write_tissue(tissue, out / PREPARED)


def score(
    embedding: Path,
    tissue: str,
    *,
    data: Path | None = None,
    out: Path = Path("results"),
    allow_disjoint: bool = False,
    identifiers: Sequence[Path] = (),
    orthologs: Path | None = None,
    holdout: bool = False,
) -> dict[str, Score]:
    """Compute all metrics of an embedding file, rows taken in the file's order.

    Parameters are those of `run`.

    Raises
    ------
    InputError
        If the file is no embedding of the tissue's genes.
    """
    from geneboard.benchmark.engine.compiled_code import keep_compiled
    from geneboard.metrics.embedding_files import read_rows
    from geneboard.metrics.score import evaluate

    if not embedding.is_file():
        raise InputError(f"{embedding}: no such file")
    refuse_unused_tables(data, identifiers, orthologs)
    source = open_source(
        data,
        out,
        allow_disjoint=allow_disjoint,
        identifiers=identifiers,
        orthologs=orthologs,
        holdout=holdout,
    )
    loaded = source.load(tissue)
    keep_compiled()
    return evaluate(read_rows(embedding, loaded), loaded, [entry.load()() for entry in registry.metrics()])


def sensitivity(
    tissue: str,
    *,
    data: Path | None = None,
    out: Path = Path("results"),
    method: str = "consensus_spectral",
    preset: str = "quick",
    repeats: int = 3,
    device: str = "auto",
    jobs: int | None = None,
    allow_disjoint: bool = False,
    identifiers: Sequence[Path] = (),
    orthologs: Path | None = None,
    quiet: bool = False,
    preparing: StepProgress | None = None,
    warn: Callable[[str], None] | None = None,
) -> SensitivityOutcome:
    """Ruin a good embedding step by step and write how every metric answers.

    Parameters
    ----------
    tissue
        One tissue.
    method
        Any registered method; its embedding is what is ruined.
    repeats
        How often what is random is drawn.
    data, out, preset, device, jobs, allow_disjoint, identifiers, orthologs, quiet, preparing, warn
        As for `run`.

    Raises
    ------
    InputError
        If something the user gave is not usable, or the method gives no embedding of the tissue.
    """
    from geneboard.benchmark.tasks.embedding.sensitivity.run import run_sensitivity

    chosen_preset = preset_named(preset)
    _make_folder(out)
    entry = known_methods()[method]
    refuse_unused_tables(data, identifiers, orthologs)
    place = resolve_device(device)
    source = open_source(
        data, out, allow_disjoint=allow_disjoint, identifiers=identifiers, orthologs=orthologs
    )
    loaded = source.load(tissue, preparing)
    if data is not None and warn is not None:
        warn_of_graphs(loaded, warn)
    return run_sensitivity(
        loaded, entry, chosen_preset, out, repeats=repeats, device=place, jobs=jobs, quiet=quiet
    )


def score_json(scores: Mapping[str, Score]) -> dict[str, dict[str, Any]]:
    """Return scores in the form that ``score --json`` prints."""
    return {name: dict(entry) for name, entry in plain_scores(scores).items()}
