"""What a training costs against the number of genes: a table, made on request.

``python tests/benchmark/growth.py --genes 250 1000 2000 4000 [--graphs 3] [--methods gae giant]``: seconds
and memory of two epochs of each method, each in a process of its own, beside the memory that is expected of
pairs of genes (`benchmark.tasks.embedding.memory`).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time

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


def measure(method: str, genes: int, graphs: int) -> None:
    """Train two epochs, and print what that cost."""
    entry = registry.methods(installed=False)[method]
    tissue = Tissue("lung", "files:growth", tuple(graph(number, genes) for number in range(graphs)))
    epochs = {"epochs": 2} if "epochs" in entry.attributes.get("quick", {}) else {}
    trained, process, ended = entry.load()(**epochs), psutil.Process(), threading.Event()
    before = peak = process.memory_info().rss

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.02):
            peak = max(peak, process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    wall, cpu = time.perf_counter(), time.process_time()
    trained.fit_embed(tissue, seed=0, device="cpu", progress=no_progress)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    ended.set()
    watching.join()
    held, expected = (peak - before) / MEGABYTE, needed_bytes(entry, tissue) / MEGABYTE
    print(f"{method:20}{genes:6}{graphs:4}{cpu:9.1f}{wall:9.1f}{held:9.0f}{expected:9.0f}", flush=True)


def main() -> None:
    """Measure each method with each number of genes."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--genes", type=int, nargs="+", default=[250, 1000, 2000, 4000])
    options.add_argument("--graphs", type=int, default=1)
    options.add_argument("--methods", nargs="+")
    options.add_argument("--seconds", type=float, default=900)
    options.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    known = registry.methods(installed=False)
    methods = given.methods or [entry.name for entry in known if entry.kind != "control"]
    if given.one:
        measure(methods[0], given.genes[0], given.graphs)
        return
    print(f"{'method':20}{'genes':>6}{'of':>4}{'CPU s':>9}{'wall s':>9}{'MB':>9}{'expected':>9}", flush=True)
    for genes in given.genes:
        for method in methods:
            words = ["--one", "--genes", genes, "--graphs", given.graphs, "--methods", method]
            try:
                subprocess.run(
                    [sys.executable, __file__, *map(str, words)], check=True, timeout=given.seconds
                )
            except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
                print(f"{method:20}{genes:6}{given.graphs:4}   {error}", flush=True)


if __name__ == "__main__":
    main()
