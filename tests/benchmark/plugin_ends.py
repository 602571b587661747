"""How the cells of the methods in plugins.py end, wherever they run: status, and words of the reason."""

from __future__ import annotations

import psutil
from plugins import LEFT_SECONDS

ENDS = {
    "raises": ("failed", "RuntimeError: the matrix is singular"),
    "nan": ("failed", "scrna_lung__d1: embeddings contain NaN"),
    "diverges": ("failed", "ValueError: scrna_lung__d0: the embedding has values above 1e+12"),
    "panics": ("failed", "PanicError: index out of bounds"),
    "wrong_order": ("failed", "genes are not the graph's genes in their order"),
    "wrong_shape": ("failed", "embeddings of shape (69, 8) for 70 genes"),
    "changes_input": ("failed", "fit_embed changed its input: the features of scrna_lung__d2"),
    "hangs": ("timeout", "training took more than the time limit of 10 s"),
    "dies": ("failed", "ended by signal 9"),
    "exits": ("failed", "ended with exit status 3 without a result"),
    "greedy": ("oom", "more than the memory limit of 1000 MB"),
    "out_of_memory": ("oom", "Unable to allocate"),
    "fills_the_disk": ("failed", "File too large"),
    "declines": ("skipped", "needs a reference genome"),
    "prints": ("ok", ""),
    "prints_much": ("ok", ""),
    "gaps": ("ok", ""),
    "leaves_thread": ("ok", ""),
    "leaves_processes": ("ok", ""),
    "spoils": ("ok", ""),
}


def processes_left() -> list[int]:
    """Return the processes that `leaves_processes` has started and that still run."""
    command = ["sleep", str(LEFT_SECONDS)]
    return [one.pid for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == command]
