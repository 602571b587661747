"""What training and scoring cost against the number of genes and of graphs: a table and a picture.

``python tests/benchmark/growth.py --genes 250 1000 2000 4000 [--graphs 1 5 15 40 82] [--methods gae giant]``:
seconds and memory of two epochs of each method, and of scoring its embedding once, each in a process of its
own, beside the memory that is expected of pairs of genes (`benchmark.tasks.embedding.memory`). A cell is
scored once more for each of at most ten groups of datasets.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from scipy import sparse

from geneboard.benchmark import registry
from geneboard.benchmark.tasks.embedding.memory import needed_bytes
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.base import no_progress

MEGABYTE = 2**20
PARTNERS, MODULES, CELLS = 10, 20, 300


def graph(number: int, genes: int) -> GeneGraph:
    """A graph in which a gene is joined to ten of its module."""
    rng, module = np.random.default_rng(number), np.arange(genes) % MODULES
    features = rng.normal(size=(MODULES, CELLS))[module] + rng.normal(size=(genes, CELLS))
    own = [np.flatnonzero(module == one) for one in range(MODULES)]
    partners = np.concatenate([rng.choice(own[one], PARTNERS) for one in module])
    pairs = (np.ones(len(partners)), (np.repeat(np.arange(genes), PARTNERS), partners))
    adjacency = sparse.csr_matrix(pairs, shape=(genes, genes))
    adjacency = ((adjacency + adjacency.T) > 0).tolil()
    adjacency.setdiag(values=False)
    names = pd.Index([f"GENE{place}" for place in range(genes)])
    of = (f"scrna_lung__d{number}", "lung", "scrna", "human", names, features.astype(np.float32))
    return GeneGraph(*of, adjacency.tocsr())


def cost(work: Callable[[], object]) -> dict[str, float]:
    """Return the seconds of some work, and the megabytes by which the process grew meanwhile."""
    process, ended = psutil.Process(), threading.Event()
    before = peak = process.memory_info().rss

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.02):
            peak = max(peak, process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    found = {"cpu_seconds": time.process_time() - cpu, "wall_seconds": time.perf_counter() - wall}
    ended.set()
    watching.join()
    return {**found, "mb": (peak - before) / MEGABYTE}


def measure(method: str, genes: int, graphs: int, *, scored: bool) -> list[dict[str, object]]:
    """Train two epochs and, if asked, score once; return what that cost."""
    entry = registry.methods(installed=False)[method]
    tissue = Tissue("lung", "files:growth", tuple(graph(number, genes) for number in range(graphs)))
    epochs = {"epochs": 2} if "epochs" in entry.attributes.get("quick", {}) else {}
    trained, found = entry.load()(**epochs), []

    def fit() -> None:
        found.append(trained.fit_embed(tissue, seed=0, device="cpu", progress=no_progress))

    about = {"method": method, "genes": genes, "graphs": graphs}
    expected = needed_bytes(entry, tissue) / MEGABYTE
    rows: list[dict[str, object]] = [{**about, "of": "training", **cost(fit), "expected_mb": expected}]
    if scored:
        from geneboard.metrics.embedding_files import read_rows
        from geneboard.metrics.score import evaluate

        with tempfile.TemporaryDirectory() as folder:
            found[0].write(Path(folder) / "embedding.h5ad")
            embedding = read_rows(Path(folder) / "embedding.h5ad", tissue)
        metrics = [one.load()() for one in registry.metrics()]
        rows.append({**about, "of": "scoring", **cost(lambda: evaluate(embedding, tissue, metrics))})
    return rows


def main() -> None:
    """Measure each method with each number of genes and of graphs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--genes", type=int, nargs="+", default=[250, 1000, 2000, 4000])
    options.add_argument("--graphs", type=int, nargs="+", default=[1])
    options.add_argument("--methods", nargs="+")
    options.add_argument("--score", action="store_true")
    options.add_argument("--seconds", type=float, default=900)
    options.add_argument("--to", type=Path, help="table (.csv); the picture is beside it (.png)")
    options.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    methods = given.methods or [
        one.name for one in registry.methods(installed=False) if one.kind != "control"
    ]
    if given.one:
        print(json.dumps(measure(methods[0], given.genes[0], given.graphs[0], scored=given.score)))
        return
    table = pd.DataFrame()
    for genes, graphs, method in product(given.genes, given.graphs, methods):
        words = ["--one", "--genes", genes, "--graphs", graphs, "--methods", method]
        command = [sys.executable, __file__, *map(str, words), *(["--score"] if given.score else [])]
        try:
            ended = subprocess.run(command, check=True, timeout=given.seconds, stdout=subprocess.PIPE)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            print(f"{method}, {genes} genes, {graphs} graphs: {type(error).__name__}", flush=True)
            continue
        rows = pd.DataFrame(json.loads(ended.stdout))
        print(rows.round(1).to_string(header=table.empty), flush=True)
        table = pd.concat([table, rows], ignore_index=True)
        if given.to:
            table.to_csv(given.to, index=False)
            draw(table, given.to.with_suffix(".png"))


def draw(table: pd.DataFrame, path: Path) -> None:
    """Draw seconds and memory against what varies most, one line for each method."""
    from matplotlib.figure import Figure

    against = max(("genes", "graphs"), key=lambda column: table[column].nunique())
    figure = Figure(figsize=(9, 4), layout="constrained")
    for axes, (column, label) in zip(
        figure.subplots(1, 2), (("cpu_seconds", "CPU seconds"), ("mb", "MB")), strict=True
    ):
        for (method, what), own in table.groupby(["method", "of"], sort=False):
            style = "--" if what == "scoring" else "-"
            axes.loglog(
                own[against], own[column].clip(lower=0.1), style, marker=".", label=f"{method}, {what}"
            )
        axes.set(xlabel=against, ylabel=label)
    axes.legend(fontsize=7)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
