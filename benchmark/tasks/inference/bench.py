"""Cost of the graph network at the size of the publication."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import numpy as np

N_LANDMARKS, N_TARGETS, N_NEIGHBOURS = 970, 11_350, 100
"""12,320 genes; each target hears its 50 most and 50 least similar genes."""

BATCH = 16
N_SAMPLES = 280
"""Samples of an epoch: those of TCGA RNA-seq that are not tested on."""


def bench_gnn(threads: int) -> dict[str, float]:
    """Time a training step of the published graph network on one batch.

    Processor time is what counts, divided by the threads: another program beside it changes little.

    Parameters
    ----------
    threads
        Threads of torch.

    Returns
    -------
    dict
        Seconds, rates, and the share of the speed of a plain product of two float32 matrices, by what was
        measured. Multiplications and additions are those of the forward and the backward pass (three times
        the forward one), of the first layer only those that are made.
    """
    import torch
    from scipy import sparse

    from geneboard.methods.inference.gnn import GNN
    from geneboard.methods.inference.graph_network import GraphNetwork

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    method = GNN()
    one, other = torch.randn(4096, N_LANDMARKS), torch.randn(N_LANDMARKS, 2048)
    peak = 2 * 4096 * N_LANDMARKS * 2048 / _seconds(lambda: one @ other, threads, repeats=10)
    columns = np.random.default_rng(0).integers(0, N_TARGETS, N_TARGETS * N_NEIGHBOURS)
    starts = np.arange(0, len(columns) + 1, N_NEIGHBOURS)
    graph = sparse.csr_array(
        (np.ones(len(columns), dtype=bool), columns, starts), shape=(N_TARGETS, N_TARGETS)
    )
    graph.sum_duplicates()
    network = GraphNetwork(
        N_LANDMARKS, graph, hidden=method.hidden, n_layers=method.n_layers, own_readout=method.own_readout
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=method.learning_rate)
    inputs, truth = torch.randn(BATCH, N_LANDMARKS), torch.randn(BATCH, N_TARGETS)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.l1_loss(network(inputs), truth).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), method.clip)
        optimizer.step()

    def predict() -> None:
        with torch.inference_mode():
            network(inputs)

    forward = _seconds(predict, threads, repeats=1) / BATCH
    both = _seconds(step, threads, repeats=1) / BATCH
    work = 3 * _operations(method.hidden, method.n_layers, graph.nnz)
    return {
        "GNN, 12,320 genes: parameters": float(sum(weights.numel() for weights in network.parameters())),
        "GNN, 12,320 genes: forward, s per sample and layer": forward / method.n_layers,
        "GNN, 12,320 genes: training, s per sample": both,
        "GNN, 12,320 genes: epoch of 280 samples, s": both * N_SAMPLES,
        "GNN, 12,320 genes: Gflop per sample": work / 1e9,
        "GNN, 12,320 genes: Gflop/s": work / both / 1e9,
        "product of matrices: Gflop/s": peak / 1e9,
        "GNN, 12,320 genes: share of that": work / both / peak,
        "peak resident MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _operations(hidden: int, n_layers: int, n_edges: int) -> float:
    """Return the multiplications and additions of one sample, forward."""
    first = 2 * N_LANDMARKS * (N_TARGETS + N_LANDMARKS)
    to_targets = 2 * hidden * (N_LANDMARKS * N_TARGETS + n_edges) * (n_layers - 1)
    to_landmarks = 2 * hidden * N_LANDMARKS**2 * (n_layers - 2)
    readout = 2 * hidden * N_TARGETS
    return float(first + to_targets + to_landmarks + readout)


def _seconds(work: Callable[[], object], threads: int, repeats: int) -> float:
    """Return processor seconds of one call per thread, after one that does not count."""
    work()
    started = time.process_time()
    for _ in range(repeats):
        work()
    return (time.process_time() - started) / threads / repeats
