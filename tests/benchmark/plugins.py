"""Methods that behave as users' methods do, well and badly. They are registered by file, as plugins are."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

import numpy as np

from geneboard.datasets.base import Tissue
from geneboard.methods.base import GeneEmbeddings, Method, Progress

LEFT_SECONDS = 3601
"""So long what `leaves_processes` starts would run; nothing else does."""


def projected(tissue: Tissue, seed: int) -> list[np.ndarray]:
    """Adjacency times one random vector per gene name: cheap, stochastic and not constant."""
    random = np.random.default_rng(seed)
    vectors: dict[str, np.ndarray] = {}
    arrays = []
    for graph in tissue.graphs:
        own = np.stack([vectors.setdefault(gene, random.normal(size=8)) for gene in graph.genes])
        arrays.append((graph.adjacency.astype(np.float64) @ own + own).astype(np.float32))
    return arrays


@dataclass(frozen=True)
class Tiny(Method):
    name = "tiny"
    title = "Tiny"
    trained_on = "the gene graphs"
    epochs: int = 3
    pause: float = 0.0

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        for epoch in range(self.epochs):
            time.sleep(self.pause)
            progress(epoch + 1, self.epochs, loss=1.0 / (epoch + 1))
        return GeneEmbeddings.of(
            tissue, projected(tissue, seed), {"loss": [1.0 / (i + 1) for i in range(self.epochs)]}
        )


@dataclass(frozen=True)
class Raises(Method):
    name = "raises"
    title = "Raises"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        raise RuntimeError("the matrix is singular")


@dataclass(frozen=True)
class GivesNan(Method):
    name = "nan"
    title = "Gives NaN"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        arrays = projected(tissue, seed)
        arrays[1][3, 2] = np.nan
        return GeneEmbeddings.of(tissue, arrays)


@dataclass(frozen=True)
class Diverges(Method):
    name = "diverges"
    title = "Diverges"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        return GeneEmbeddings.of(tissue, [array * np.float32(1e20) for array in projected(tissue, seed)])


class PanicError(BaseException):
    """As libraries in Rust and C++ raise."""


@dataclass(frozen=True)
class Panics(Method):
    name = "panics"
    title = "Panics"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        raise PanicError("index out of bounds")


@dataclass(frozen=True)
class Gaps(Method):
    name = "gaps"
    title = "Has gaps in its curve"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        progress(1, 1, loss=np.nan)
        curve = [2.0, np.nan, -np.inf, 10**400, 1.0]
        return GeneEmbeddings.of(tissue, projected(tissue, seed), {"loss": curve})


@dataclass(frozen=True)
class WrongOrder(Method):
    name = "wrong_order"
    title = "Wrong gene order"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        names = tuple(graph.name for graph in tissue.graphs)
        genes = tuple(graph.genes[::-1] for graph in tissue.graphs)
        return GeneEmbeddings(names, genes, tuple(projected(tissue, seed)))


@dataclass(frozen=True)
class WrongShape(Method):
    name = "wrong_shape"
    title = "Wrong shape"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        return GeneEmbeddings.of(tissue, [array[:-1] for array in projected(tissue, seed)])


@dataclass(frozen=True)
class ChangesInput(Method):
    name = "changes_input"
    title = "Changes its input"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        progress(1, 1)
        tissue.graphs[-1].features[:] -= tissue.graphs[-1].features.mean()
        return GeneEmbeddings.of(tissue, projected(tissue, seed))


@dataclass(frozen=True)
class Hangs(Method):
    name = "hangs"
    title = "Hangs"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Hold the interpreter lock, as C code may, and a semaphore that nobody gives back."""
        kept = multiprocessing.Lock()
        ctypes.PyDLL(None).sleep(3600)
        raise AssertionError(kept)


@dataclass(frozen=True)
class LeavesThread(Method):
    name = "leaves_thread"
    title = "Leaves a thread behind"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        threading.Thread(target=time.sleep, args=(3600,)).start()
        return GeneEmbeddings.of(tissue, projected(tissue, seed))


@dataclass(frozen=True)
class Dies(Method):
    name = "dies"
    title = "Dies"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


@dataclass(frozen=True)
class Exits(Method):
    name = "exits"
    title = "Exits"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        os._exit(3)


@dataclass(frozen=True)
class Greedy(Method):
    name = "greedy"
    title = "Greedy for memory"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        kept = []
        for _ in range(100):
            kept.append(np.ones(25_000_000))  # 200 MB, touched
            time.sleep(0.2)
        raise AssertionError(len(kept))


@dataclass(frozen=True)
class OutOfMemory(Method):
    name = "out_of_memory"
    title = "Out of memory"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        np.empty(2**50)
        raise AssertionError


@dataclass(frozen=True)
class Declines(Method):
    name = "declines"
    title = "Declines"

    def skip(self, tissue: Tissue) -> str | None:
        return "needs a reference genome"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        raise AssertionError


@dataclass(frozen=True)
class Prints(Method):
    name = "prints"
    title = "Prints"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        print("a line from the method")
        return GeneEmbeddings.of(tissue, projected(tissue, seed))


@dataclass(frozen=True)
class LeavesProcesses(Method):
    name = "leaves_processes"
    title = "Leaves processes"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        shell = f"setsid sleep {LEFT_SECONDS} > /dev/null 2>&1 & sleep {LEFT_SECONDS} > /dev/null 2>&1 &"
        subprocess.run(["sh", "-c", shell], check=True)
        return GeneEmbeddings.of(tissue, projected(tissue, 7))


@dataclass(frozen=True)
class Spoils(Method):
    name = "spoils"
    title = "Spoils what others use"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        import scanpy
        import sklearn.metrics

        sklearn.metrics.roc_auc_score = scanpy.pp.neighbors = scanpy.tl.leiden = None
        np.random.seed(0)  # noqa: NPY002
        np.seterr(all="raise")
        os.environ["OMP_NUM_THREADS"] = "64"
        return GeneEmbeddings.of(tissue, projected(tissue, 7))


@dataclass(frozen=True)
class FillsTheDisk(Method):
    name = "fills_the_disk"
    title = "Fills the disk"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        return GeneEmbeddings.of(tissue, projected(tissue, seed))


@dataclass(frozen=True)
class PrintsMuch(Method):
    name = "prints_much"
    title = "Prints 100 MB"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        line = "x" * 999_999
        for number in range(100):
            print(line, flush=True)
            progress(number, 100)
        return GeneEmbeddings.of(tissue, projected(tissue, seed))
