"""Cost of a training epoch of MuSe-GNN, beside the same with torch_geometric's layers."""

from __future__ import annotations

import time

import torch

from geneboard.datasets.base import Tissue
from geneboard.methods.muse_network import MuseNetwork
from geneboard.methods.musegnn import MuseGNN, MuseObjective, StepDraw
from geneboard.methods.training import seeded


def time_epoch(tissue: Tissue, threads: int, *, repeats: int = 3) -> dict[str, float]:
    """Time a training epoch of MuSe-GNN with dense attention and on edge lists, with the same draws.

    Parameters
    ----------
    tissue
        Gene graphs.
    threads
        Threads of torch; set back afterwards.
    repeats
        Epochs with dense attention after a first one to warm up. On edge lists there are two. Of each the
        fastest counts.

    Returns
    -------
    dict of str to float
        ``threads``; ``fast_seconds``, ``plain_seconds`` and ``ratio`` (plain / fast) of an epoch; ``gflop``,
        floating-point operations of the matrix products of a dense epoch in units of 1e9; ``peak_gflops``,
        rate of a 2000 x 2000 product; ``share_of_peak``, the rate of the epoch by that.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with seeded(0, "cpu") as (rng, device):
            fast, plain = (
                MuseObjective(settings, MuseNetwork(tissue.graphs, settings.encoder), tissue.graphs, device)
                for settings in (MuseGNN(), MuseGNN(encoder="TransformerConv"))
            )
            epochs = [[fast.draw(i, rng) for i in range(len(tissue.graphs))] for _ in range(repeats + 1)]
            peak = _peak_gflops()
            fast_seconds = min(_epoch_seconds(fast, epochs)[1:])
            plain_seconds = min(_epoch_seconds(plain, epochs[:2]))
            gflop = sum(step_flop(tissue, draw) for draw in epochs[-1]) / 1e9
            peak = max(peak, _peak_gflops())
    finally:
        torch.set_num_threads(before)
    return {
        "threads": threads,
        "fast_seconds": fast_seconds,
        "plain_seconds": plain_seconds,
        "ratio": plain_seconds / fast_seconds,
        "gflop": gflop,
        "peak_gflops": peak,
        "share_of_peak": gflop / fast_seconds / peak,
    }


def _epoch_seconds(objective: MuseObjective, epochs: list[list[StepDraw]]) -> list[float]:
    optimizer = objective.settings.optimizer(objective.network)
    seconds = []
    for draws in epochs:
        started = time.perf_counter()
        for draw in draws:
            optimizer.zero_grad(set_to_none=True)
            objective.losses(draw)["loss"].backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        seconds.append(time.perf_counter() - started)
    return seconds


def step_flop(tissue: Tissue, draw: StepDraw) -> float:
    """Return the floating-point operations of the matrix products of a dense training step.

    A product of m x k and k x n counts 2 m k n. Attention counts two products forward and four backward,
    without what its kernel computes a second time; a linear layer one forward and two backward, or one if
    its input is data.
    """
    total = 0.0
    for dataset in (draw.dataset, draw.partner):
        if dataset is None:
            continue
        genes, cells = tissue.graphs[dataset].features.shape
        heads = 4 + 3 + 1
        total += heads * 6 * 2 * genes * genes * 32
        total += 2 * 2 * genes * cells * 512
        total += 3 * 2 * genes * (128 * 384 + 64 * 128)
    genes = tissue.graphs[draw.dataset].n_genes
    low_rank = 2 * 3 * 2 * genes * genes * 32
    return total + low_rank + 2 * 3 * 2 * genes**3


def _peak_gflops() -> float:
    """Return the rate of a float32 matrix product in units of 1e9 operations a second."""
    size = 2000
    a, b = torch.ones(size, size), torch.ones(size, size)
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        a @ b
        seconds.append(time.perf_counter() - started)
    return 2 * size**3 / min(seconds) / 1e9
