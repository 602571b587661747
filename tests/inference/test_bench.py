"""The figures of the graph network's cost rest on a count of operations, which torch can count as well."""

from __future__ import annotations

import pytest
import torch
from scipy import sparse
from torch.utils.flop_counter import FlopCounterMode

from geneboard.benchmark.tasks.inference import bench
from geneboard.methods.inference.graph_network import GraphNetwork


def test_operations_of_a_sample_are_those_that_torch_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "N_LANDMARKS", 7)
    monkeypatch.setattr(bench, "N_TARGETS", 11)
    network = GraphNetwork(7, sparse.csr_array((11, 11), dtype=bool), hidden=5, n_layers=4, own_readout=False)
    counted = []
    for n_samples in (1, 2):  # what is done once for all samples cancels in the difference
        with FlopCounterMode(display=False) as counter:
            network(torch.zeros(n_samples, 7))
        counted.append(counter.get_total_flops())
    assert counted[1] - counted[0] == bench._operations(5, 4, n_edges=0)


def test_figures_of_a_small_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"N_LANDMARKS": 30, "N_TARGETS": 60, "N_NEIGHBOURS": 10, "BATCH": 2}.items():
        monkeypatch.setattr(bench, name, value)
    figures = bench.bench_gnn(threads=1)
    assert all(value > 0 for value in figures.values())
    assert 0 < figures["GNN, 12,320 genes: share of that"] < 1
