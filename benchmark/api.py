"""What the command line does, as functions for notebooks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark import registry, store
from benchmark.engine import Outcome, run_cells
from benchmark.executors.local import Limits
from benchmark.external.commands import known_methods, read_commands
from benchmark.external.precomputed import parse_embeddings, with_coverage
from benchmark.plan import Cell, cells_of, parse_sets, settings_of
from benchmark.presets import preset_named
from benchmark.runner import plain_scores
from datasets.base import InputError, Source, StepProgress

if TYPE_CHECKING:
    from datasets.base import Tissue
    from datasets.fetch.published import Fetched
    from datasets.graphs.pipeline import PipelineSettings
    from metrics.base import Score

PREPARED = "prepared"
"""Folder in the result folder that caches gene graphs."""


def open_source(
    data: Path | None,
    out: Path,
    *,
    allow_disjoint: bool = False,
    identifiers: Sequence[Path] = (),
    orthologs: Path | None = None,
) -> Source:
    """Return the source of ``--data DIR`` or ``--data census:TISSUE``, or the synthetic one.

    Raises
    ------
    InputError
        If there is no such folder, the Census cannot be read, or a table is not usable.
    """
    from datasets.fetch.any_donors import PREFIX, census_folder
    from datasets.files import Files
    from datasets.graphs.gene_tables import read_tables
    from datasets.synthetic import Synthetic

    if data is not None and str(data).startswith(PREFIX):
        data = census_folder(str(data), out)
    cache = out / PREPARED
    if data is None:
        return Synthetic(cache=cache)
    return Files(data, cache, allow_disjoint=allow_disjoint, tables=read_tables(identifiers, orthologs))


def _refuse_unused_tables(
    data: Path | None, identifiers: Sequence[Path], orthologs: Path | None, *, embeddings: bool = False
) -> None:
    if identifiers and data is None and not embeddings:
        raise InputError(f"--ids {identifiers[0]}: goes with --data or --embedding")
    if orthologs is not None and data is None:
        raise InputError(f"--orthologs {orthologs}: goes with --data")


def tissues_of(source: Source, names: Sequence[str]) -> list[str]:
    """Return the tissues to run; ``all`` stands for all that the source has.

    Raises
    ------
    InputError
        If there are none.
    """
    wanted: list[str] = []
    for name in names:
        for part in filter(None, name.split(",")):
            wanted += source.tissues() if part == "all" else [part]
    if not wanted:
        raise InputError(f"--tissue {' '.join(names)}: {source.label} has no tissue")
    return list(dict.fromkeys(wanted))


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
    quiet: bool = False,
    preparing: StepProgress | None = None,
    warn: Callable[[str], None] | None = None,
) -> Outcome:
    """Run methods on tissues, write a record for every cell and rebuild the tables of the result folder.

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
    quiet
        True shows no progress.
    preparing
        Called while data are prepared.
    warn
        Called with a sentence for everything that is suspicious about a graph of `data`.

    Raises
    ------
    InputError
        If something the user gave is not usable; nothing has been trained then.
    """
    from benchmark.report import build_tables  # now: an edit of the source may break it hours later

    chosen_preset = preset_named(preset)
    _make_folder(out)
    known = known_methods(plugins, external)
    _refuse_unused_tables(data, identifiers, orthologs, embeddings=bool(embeddings))
    vectors = parse_embeddings(embeddings, identifiers)
    for entry in vectors.values():
        known.add(entry)
    given_files = [[entry.name for entry in registry.entries_in(path)] for path in plugins]
    given_files += [list(read_commands(external))] if external is not None else []
    chosen = _chosen(methods, [*given_files, *([name] for name in vectors)], known)
    given = parse_sets(sets, chosen)
    settings = {name: settings_of(known[name], chosen_preset, given.get(name, {})) for name in chosen}
    place = resolve_device(device)
    store.read_records(out)  # a damaged record is told before any work, not after it
    source = open_source(
        data, out, allow_disjoint=allow_disjoint, identifiers=identifiers, orthologs=orthologs
    )
    cells: list[Cell] = []
    for name in tissues_of(source, tissues):
        tissue = source.load(name, preparing)
        if data is not None and warn is not None:
            _warn_of_graphs(tissue, warn)
        manifest = _manifest(tissue, out)
        planned = cells_of(
            tissue, manifest, known, chosen, chosen_preset, settings=settings, seeds=seeds, device=place
        )
        cells += with_coverage(planned, tissue, vectors, out / PREPARED)
    metrics = list(registry.metrics())
    outcome = run_cells(
        cells, out, metrics, chosen_preset, jobs=jobs, limits=limits, force=force, quiet=quiet
    )
    build_tables(out, store.read_records(out))
    return outcome


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {out}: the folder cannot be made ({error.strerror})") from error


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


def _warn_of_graphs(tissue: Tissue, warn: Callable[[str], None]) -> None:
    from datasets.quality_warnings import graph_warnings

    for graph in tissue.graphs:
        for text in graph_warnings(graph):
            warn(text)


def _manifest(tissue: Tissue, out: Path) -> Path:
    from datasets.graph_files import write_tissue

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
) -> dict[str, Score]:
    """Compute all metrics of an embedding file, rows taken in the file's order.

    Parameters are those of `run`.

    Raises
    ------
    InputError
        If the file is no embedding of the tissue's genes.
    """
    from benchmark.compiled import keep_compiled
    from metrics.embedding_files import read_rows
    from metrics.score import evaluate

    if not embedding.is_file():
        raise InputError(f"{embedding}: no such file")
    _refuse_unused_tables(data, identifiers, orthologs)
    source = open_source(
        data, out, allow_disjoint=allow_disjoint, identifiers=identifiers, orthologs=orthologs
    )
    loaded = source.load(tissue)
    keep_compiled()
    return evaluate(read_rows(embedding, loaded), loaded, [entry.load()() for entry in registry.metrics()])


def score_json(scores: Mapping[str, Score]) -> dict[str, dict[str, Any]]:
    """Return scores in the form that ``score --json`` prints."""
    return {name: dict(entry) for name, entry in plain_scores(scores).items()}


def leaderboard_texts(outcome: Outcome, out: Path) -> list[str]:
    """Return the leaderboards that a run belongs to, made of all records in the folder, as text."""
    from benchmark.report import board_of, leaderboards, render_text

    concerned = {board_of(record) for record in outcome.records}
    return [
        render_text(group, frame)
        for group, frame in leaderboards(store.read_records(out))
        if board_of(group.records[0]) in concerned
    ]


def tables(out: Path = Path("results"), *, pack: Path | None = None) -> list[Path]:
    """Rebuild all tables of a result folder from its records alone.

    Parameters
    ----------
    out
        Result folder.
    pack
        Another folder: the records go there as one packed file, and the tables are built there instead.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        If there are no records, or one of them is damaged.
    """
    from benchmark.report import build_tables

    records = store.read_records(out)
    if not records:
        raise InputError(f"{out}: has no records (runs/*/result.json or {store.PACKED})")
    if pack is None:
        return build_tables(out, records)
    store.pack_records(records, pack / store.PACKED)
    return [pack / store.PACKED, *build_tables(pack, records)]


def prepare(
    counts: Path,
    tissue: str,
    out: Path,
    *,
    settings: PipelineSettings | None = None,
    allow_disjoint: bool = False,
    identifiers: Sequence[Path] = (),
    orthologs: Path | None = None,
    preparing: StepProgress | None = None,
    warn: Callable[[str], None] | None = None,
) -> list[Path]:
    """Turn the raw counts of a tissue into gene-graph files that `run` reads with ``data=out``.

    Beside them it writes how good they are: quality.csv, quality.md and quality.png.
    Other parameters are those of `run`.

    Raises
    ------
    InputError
        If a file is not usable.
    """
    from datasets.graphs.gene_tables import read_tables
    from datasets.prepare import prepare_tissue

    tables = read_tables(identifiers, orthologs)
    return prepare_tissue(
        counts,
        tissue,
        out,
        settings,
        progress=preparing,
        allow_disjoint=allow_disjoint,
        tables=tables,
        warn=warn,
    )


def fetch(
    tissues: Sequence[str],
    to: Path = Path("data"),
    *,
    identifiers: bool = False,
    census: str | None = None,
    donors: int | None = None,
    assay: str | None = None,
    census_version: str | None = None,
    catalogue: Path | None = None,
    timeout: float | None = None,
) -> Fetched:
    """Download the published datasets of tissues, the largest donors of a tissue of the Census, or tables.

    Parameters
    ----------
    tissues
        Names, or ``["all"]``; none with `identifiers` or `census`.
    to
        Folder that can then be given as `data`.
    identifiers
        True gets the current tables of gene identifiers instead.
    census
        A tissue of the CELLxGENE Census, with `donors` and `assay` as in `fetch_any_donors`.
    census_version, catalogue, timeout
        As on the command line; None takes the default.

    Raises
    ------
    InputError
        If something cannot be got; what was complete before stays.
    """
    from datasets.fetch.any_donors import fetch_any_donors
    from datasets.fetch.identifiers import fetch_identifiers
    from datasets.fetch.published import fetch_tissues

    given = {
        "--catalogue": catalogue,
        "--time-limit": timeout,
        "--census-version": census_version,
        "--donors": donors,
        "--assay": assay,
    }
    if identifiers:
        _refuse_others(given, ["--time-limit"], "fetch identifiers")
        return fetch_identifiers(to, **_given(timeout=timeout))
    if census is not None:
        _refuse_others(given, ["--census-version", "--donors", "--assay"], "fetch --census")
        return fetch_any_donors(census, to, **_given(donors=donors, assay=assay, version=census_version))
    _refuse_others(given, ["--catalogue", "--time-limit", "--census-version"], "fetch --tissue")
    return fetch_tissues(
        tissues, to, **_given(catalogue=catalogue, census_version=census_version, timeout=timeout)
    )


def _refuse_others(given: Mapping[str, object], known: Sequence[str], command: str) -> None:
    for option, value in given.items():
        if value is not None and option not in known:
            raise InputError(f"{option}: does not go with `{command}`")


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
