"""Whether a training fits into memory, told before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from geneboard.benchmark.registry import Entry
    from geneboard.datasets.base import Tissue

GIGABYTE = 2**30

PAIR_BYTES: Mapping[str, tuple[float, float]] = {
    "gae": (54.0, 8.0),
    "vgae": (54.0, 8.0),
    "giant": (30.0, 19.0),
    "musegnn": (57.0, 42.0),
    "wsmae": (86.0, 41.0),
    "l1000_gnn": (19.0, 5.0),
    "consensus_spectral": (23.0, 6.0),
    "shared_spectral": (23.0, 6.0),
}
"""Bytes at the peak of a training for each pair of genes: of the largest graph, and of each other one.

Measured from 2000 to 4000 genes (`tests/benchmark/growth.py`). What other methods need grows with the genes
and not with their pairs. They stand here since what a method needs is no part of what it computes.
"""


def needed_bytes(entry: Entry, tissue: Tissue) -> float:
    """Return the bytes that a training holds for pairs of genes; a plugin may name its ``pair_bytes``."""
    largest, *others = sorted((graph.n_genes**2 for graph in tissue.graphs), reverse=True)
    pair_bytes = entry.attributes.get("pair_bytes", PAIR_BYTES.get(entry.name, (0.0, 0.0)))
    of_largest, of_others = pair_bytes
    return float(of_largest * largest + of_others * sum(others))


def check_memory(entry: Entry, tissue: Tissue, device: str) -> None:
    """Refuse a training that the memory of the machine, or of its GPU, cannot hold.

    Parameters
    ----------
    entry, tissue, device
        The method, what it is to be trained on, and where.

    Raises
    ------
    MemoryError
        If it needs more; the sentence says how much.
    """
    needed, there = needed_bytes(entry, tissue), _memory(device)
    if needed > there:
        genes = max(graph.n_genes for graph in tissue.graphs)
        raise MemoryError(
            f"not started: pairs of {genes} genes need about {needed / GIGABYTE:.0f} GB, and {device} has "
            f"{there / GIGABYTE:.0f} GB; graphs of fewer genes, or a larger machine, can be trained"
        )


def _memory(device: str) -> int:
    """Return how many bytes a device has in all."""
    if device.startswith("cuda"):
        import torch

        return int(torch.cuda.get_device_properties(device).total_memory)
    return int(psutil.virtual_memory().total)
