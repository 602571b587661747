"""The card beside exported vectors: what they are, how good, from which data, under which licence."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from geneboard.benchmark.report.intervals import datasets_interval, seeds_interval
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.rows import Row, defined_value
from geneboard.benchmark.report.wording import counted, is_synthetic_source, listed
from geneboard.benchmark.tasks.embedding.board.replicates import Replicates
from geneboard.benchmark.tasks.embedding.stored.files import Vectors
from geneboard.benchmark.tasks.embedding.stored.find import StoredEmbedding
from geneboard.datasets.catalogue import read_catalogue

VERSION: str = import_module("geneboard").__version__
CODE_LICENCE = "BSD-3-Clause"
NOT_KNOWN = "not known here: ask who published the counts"

SCORES = """A range over seeds is the lowest and the highest (from six seeds on a bootstrap 95 % interval).
The interval over datasets is a jackknife, 95 %, that leaves out one independent group of datasets at a
time."""


def card_path(path: Path) -> Path:
    """Return where the card of a file is: ``FILE.card.md``."""
    return path.with_name(path.name + ".card.md")


def card(
    found: StoredEmbedding, vectors: Vectors, path: Path, licences: Mapping[str, str] | None = None
) -> str:
    """Return the card of exported vectors, Markdown.

    Parameters
    ----------
    found
        The embedding.
    vectors
        What was written of it.
    path
        The file.
    licences
        Licence and source of datasets by name, as far as the user has a list; None asks the catalogue of
        published datasets alone.
    """
    record = found.record
    cite = f"{found.row.title} ({record['reference']})" if record["reference"] else found.row.title
    return "\n".join(
        [
            f"# {path.name}: genes of {found.board.tissue} by {found.row.title}",
            "",
            _contents(found, vectors),
            "",
            "## Method",
            "",
            *items(
                {
                    "method": f"{record['title']} ({record['method']}, {record['kind']})",
                    "published": record["reference"],
                    "chosen as": found.chosen,
                    "settings": json.dumps(record["settings"], sort_keys=True),
                    "other than the preset's": json.dumps(record["overrides"]) if record["overrides"] else "",
                    "preset": record["preset"],
                    "seed": f"{record['seed']}" + (" (without effect)" if record["deterministic"] else ""),
                    "device, threads": f"{record['device']}, {record['threads']}",
                }
            ),
            "",
            "## Scores",
            "",
            *_scores(found),
            "",
            SCORES,
            "",
            "## Data",
            "",
            *_data(found, licences or {}),
            "",
            "## Licence, and how to cite",
            "",
            "- data: see the table; vectors that were learned from them may be bound by their licences",
            f"- code of geneboard: {CODE_LICENCE}",
            f"- cite the method, {cite}, the sources of the data, and geneboard {VERSION}",
            "",
            "## Made by",
            "",
            *items(
                {
                    "geneboard": f"{VERSION}, revision {record['git_revision'] or 'not known'}",
                    "cell": record["key"],
                    "code of the method (fingerprint)": record["code"],
                    "finished": record["cost"]["finished_at"],
                    "packages": versions_text(record["versions"]),
                    "versions of the metrics": versions_text(record["metric_versions"]),
                }
            ),
            "",
        ]
    )


def items(facts: Mapping[str, str]) -> list[str]:
    """Return facts that are known as the lines of a list."""
    return [f"- {name}: {text}" for name, text in facts.items() if text]


def versions_text(versions: Mapping[str, int | str]) -> str:
    """Return "numpy 2.5.2, torch 2.13.0"."""
    return ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))


def _contents(found: StoredEmbedding, vectors: Vectors) -> str:
    """Return what the file holds, in a few sentences."""
    n_rows, dim = vectors.matrix.shape
    zero = int((~vectors.matrix.any(axis=1)).sum())
    sentences = [
        f"{n_rows} vectors of {dim} numbers, one per gene: the mean over datasets of its vectors, each "
        "scaled to length 1 (zero vectors left out)."
        if vectors.datasets is None
        else f"{n_rows} vectors of {dim} numbers, one per gene and dataset, of "
        f"{len(set(vectors.genes))} genes in {counted(len(found.dataset_names), 'dataset')}.",
        f"{zero} of them are zero: the gene has no vector." if zero else "",
        "They were rounded to float16 when they were packed." if found.rounded else "",
        "The data are simulated." if is_synthetic_source(found.board.source) else "",
    ]
    return " ".join(filter(None, sentences))


def _scores(found: StoredEmbedding) -> list[str]:
    """Return a table of the scores of this seed, over seeds and over datasets."""
    lines = [
        "| metric | this seed | mean over seeds | range over seeds | interval over datasets |",
        "| --- | ---: | ---: | --- | --- |",
    ]
    scores = row_scores(found.row, list(found.record["scores"]))
    for name, (mean, over_seeds, over_datasets) in scores.items():
        value = number(defined_value(found.record["scores"], name), 4)
        lines.append(f"| {name} | {value} | {mean} | {over_seeds} | {over_datasets} |")
    return [*lines, "", f"{counted(len(found.row.scored), 'seed')} of this row were scored."]


def row_scores(row: Row, names: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """Return mean, range over seeds and interval over datasets of some scores of a row, as text."""
    found: dict[str, tuple[str, str, str]] = {}
    without = Replicates.of([row]).values(names).get(row.name, {})
    for name in names:
        mean = row.means[name]
        parts = [each[name] for each in without.values()]
        known = [part for part in parts if part is not None]
        over_seeds = seeds_interval(row.per_seed(name) or [])
        over_datasets = None
        if mean is not None and known and len(known) == len(parts):
            over_datasets = datasets_interval(mean, known)
        ends = [f"{one.low:.4f} to {one.high:.4f}" if one else "" for one in (over_seeds, over_datasets)]
        found[name] = number(mean, 4), ends[0], ends[1]
    return found


def _data(found: StoredEmbedding, licences: Mapping[str, str]) -> list[str]:
    """Return where the data come from, and a table of the datasets."""
    published = {entry.name: f"{entry.licence} ({entry.source})" for entry in read_catalogue()}
    if is_synthetic_source(found.board.source):
        published = dict.fromkeys(found.dataset_names, f"simulated by geneboard, {CODE_LICENCE}")
    hashes, prepared = found.record["data_hashes"], found.record.get("prepared_from", {})
    lines = [
        f"{found.board.source}: {found.board.tissue}, {listed(found.dataset_names)}.",
        "",
        "| dataset | sha256 of the graph | prepared from | licence and source |",
        "| --- | --- | --- | --- |",
    ]
    for name in found.dataset_names:
        licence = licences.get(name) or published.get(name) or NOT_KNOWN
        lines.append(f"| {name} | {hashes.get(name, '')} | {prepared.get(name, '')} | {licence} |")
    others = [f"{name} {digest}" for name, digest in hashes.items() if name not in found.dataset_names]
    return [*lines, *(["", f"Also: {listed(others)}."] if others else [])]


def read_licences(data: Path, datasets: Iterable[str]) -> dict[str, str]:
    """Return licence and source of datasets from the ``MANIFEST.csv`` of a folder; nothing without one.

    Columns tissue, modality and id name the dataset; licence and source are what is read.
    """
    path = data / "MANIFEST.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    found = {
        f"{line.get('modality')}_{line.get('tissue')}__{line.get('id')}": " ".join(
            filter(None, [line.get("licence"), f"({line['source']})" if line.get("source") else ""])
        )
        for line in lines
    }
    return {name: found[name] for name in datasets if found.get(name)}
