"""One run of a method on a small generated tissue, watched: what it returns, changes and reaches for."""

from __future__ import annotations

import hashlib
import pickle
import random
import socket
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geneboard.benchmark.engine.worker import one_line
from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES, usual_tissue
from geneboard.benchmark.tasks.embedding.unchanged_input import changes, contents
from geneboard.datasets.base import Tissue
from geneboard.methods.base import GeneEmbeddings, Method, Progress
from geneboard.metrics.base import LARGEST_VALUE, TOO_LARGE

LOCAL = getattr(socket, "AF_UNIX", None)
USUAL = "three datasets"
CASES = {USUAL: usual_tissue, **EDGE_CASES}


@dataclass(frozen=True)
class Run:
    """What to run.

    Parameters
    ----------
    case
        Name of a tissue in `CASES`.
    seed
        Seed of the method.
    repeat
        1 for a second run of the same, after other random numbers.
    """

    case: str = USUAL
    seed: int = 7
    repeat: int = 0


@dataclass(frozen=True)
class Trial:
    """What was seen of a run.

    Attributes
    ----------
    faults
        Name of a broken rule -> how it is broken, in one sentence.
    stopped
        Name of the broken rule that left the run without embeddings, or nothing.
    skipped
        Why the method declines the tissue, or nothing.
    traceback
        Where it was stopped.
    deterministic
        What the method says of itself.
    digest
        Sha256 of the embeddings; empty where there are none, or where they are no arrays.
    """

    faults: Mapping[str, str] = field(default_factory=dict)
    stopped: str = ""
    skipped: str = ""
    traceback: str = ""
    deterministic: bool = False
    digest: str = ""


@dataclass(frozen=True)
class _End:
    """How a call of `fit_embed` ended: in one of these."""

    made: GeneEmbeddings | None = None
    skipped: str = ""
    stopped: str = ""
    traceback: str = ""


def observe(method: Method, run: Run) -> Trial:
    """Run a method on the CPU and note every rule that it breaks."""
    tissue = CASES[run.case]()
    _draw_other_numbers(run.repeat)
    given, state = contents(tissue), _global_state()
    reports: list[tuple[int, int]] = []

    def progress(done: int, total: int, **_: float) -> None:
        reports.append((done, total))

    with _network_blocked() as calls:
        end = _end_of(method, tissue, run.seed, progress)
    if end.skipped and run.case == USUAL:
        end = _End(stopped=f"it declines an ordinary tissue of three datasets ({end.skipped})")
    faults = {}
    if calls:
        faults["no network"] = f"it uses the network ({', '.join(sorted(set(calls)))})" + (
            f" and stops: {end.stopped}" if end.stopped else ""
        )
    elif end.stopped:
        faults["trains"] = end.stopped
    if changed := changes(given, contents(tissue)):
        faults["input not mutated"] = f"fit_embed changes {changed}"
    after = _global_state()
    if changed := changes(state, {name: after[name] for name in state}):
        faults["global state restored"] = f"fit_embed changes {changed}"
    if end.made is not None:
        faults |= _output_faults(end.made, tissue) | _progress_faults(reports)
    return Trial(
        faults,
        stopped=next(iter(faults)) if end.stopped else "",
        skipped=end.skipped,
        traceback=end.traceback,
        deterministic=method.deterministic,
        digest="" if end.made is None else _bytes_digest(end.made),
    )


def _end_of(method: Method, tissue: Tissue, seed: int, progress: Progress) -> _End:
    with _refused_embeddings() as refused:
        try:
            reason = method.skip(tissue)
            if reason is not None:
                if isinstance(reason, str) and reason.strip():
                    return _End(skipped=reason)
                return _End(stopped=f"skip returns {reason!r}; it must return a reason in words, or None")
            made: object = method.fit_embed(tissue, seed=seed, device="cpu", progress=progress)
        except BaseException as error:  # noqa: BLE001 - whatever a method raises is what there is to see
            for refusal, embeddings in refused:
                if error is refusal:  # it did train; what it made can be looked at
                    return _End(embeddings)
            return _End(stopped=one_line(error), traceback=traceback.format_exc())
    if not isinstance(made, GeneEmbeddings):
        return _End(stopped=f"fit_embed returns {type(made).__name__} instead of GeneEmbeddings")
    return _End(made)


@contextmanager
def _refused_embeddings() -> Iterator[list[tuple[Exception, GeneEmbeddings]]]:
    """Collect the embeddings that `GeneEmbeddings` refuses, so that a rule can tell what is wrong."""
    validate = GeneEmbeddings.__post_init__
    refused = []

    def noting(self: GeneEmbeddings) -> None:
        try:
            validate(self)
        except Exception as error:
            refused.append((error, self))
            raise

    setattr(GeneEmbeddings, "__post_init__", noting)  # noqa: B010 - mypy refuses to assign a method
    try:
        yield refused
    finally:
        setattr(GeneEmbeddings, "__post_init__", validate)  # noqa: B010


def _output_faults(made: GeneEmbeddings, tissue: Tissue) -> dict[str, str]:
    """Return what is wrong with embeddings, whether or not `GeneEmbeddings` accepted them."""
    faults: dict[str, str] = {}
    names = tuple(graph.name for graph in tissue.graphs)
    if len(made.values) != len(names):
        faults["shape"] = f"{len(made.values)} embedding arrays for {len(names)} datasets"
    if tuple(made.datasets) != names:
        faults["dataset order"] = f"the datasets are {', '.join(made.datasets)}; expected {', '.join(names)}"
    graphs = tissue.graphs
    if sorted(made.datasets) == sorted(names):  # each is looked at by its name, whatever the order
        graphs = tuple(graphs[names.index(name)] for name in made.datasets)
    arrays: Sequence[Any] = made.values  # whatever the method put there
    if len({_shape(array)[1:] for array in arrays}) > 1:
        faults.setdefault("shape", "the embeddings of the datasets have different numbers of dimensions")
    for graph, genes, array in zip(graphs, made.genes, arrays, strict=False):
        if list(genes) != list(graph.genes):
            faults.setdefault(
                "gene order", f"{graph.name}: the genes are not those of its graph in its order"
            )
        for rule, sentence in _array_faults(array, graph.n_genes).items():
            faults.setdefault(rule, f"{graph.name}: {sentence}")
    return faults


def _array_faults(array: Any, n_genes: int) -> dict[str, str]:
    faults = {}
    shape = _shape(array)
    if len(shape) != 2 or shape[0] != n_genes:
        faults["shape"] = f"an embedding of shape {shape} for {n_genes} genes"
    if not isinstance(array, np.ndarray):
        faults["dtype"] = f"{type(array).__name__} instead of a float32 numpy array"
    elif array.dtype != np.float32:
        faults["dtype"] = f"{array.dtype} instead of float32"
    if isinstance(array, np.ndarray) and array.dtype.kind in "fc":
        bad = int((~np.isfinite(array)).sum())
        if bad:
            faults["finiteness"] = f"{bad} of {array.size} values are NaN or infinite"
        elif n_large := int((np.abs(array) > LARGEST_VALUE).sum()):
            faults["finiteness"] = f"{n_large} of {array.size} values are {TOO_LARGE}"
    return faults


def _shape(array: Any) -> tuple[int, ...]:
    return tuple(getattr(array, "shape", ()))


def _progress_faults(reports: list[tuple[int, int]]) -> dict[str, str]:
    done = [report[0] for report in reports]
    if not reports:
        fault = "it reports no progress"
    elif done != sorted(done):
        fault = "the reported progress goes backwards"
    elif reports[-1][0] != reports[-1][1]:
        fault = "the last report of progress is not that all is done"
    else:
        return {}
    return {"progress": fault}


def _bytes_digest(made: GeneEmbeddings) -> str:
    if not all(isinstance(array, np.ndarray) for array in made.values):
        return ""
    return hashlib.sha256(b"".join(array.tobytes() for array in made.values)).hexdigest()


def _draw_other_numbers(repeat: int) -> None:
    """Put the global random states where a method that depends on them shows it."""
    random.seed(repeat)
    np.random.seed(repeat)  # noqa: NPY002 - the global state is what is disturbed
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(repeat)


def _global_state() -> dict[str, str]:
    """Return random states and settings that outlive a run, by name in words; torch's where it is used."""

    def digest(state: object) -> str:
        return hashlib.sha256(pickle.dumps(state)).hexdigest()

    states = {
        "the random state of Python": digest(random.getstate()),
        "the random state of NumPy": digest(np.random.get_state(legacy=False)),  # noqa: NPY002
    }
    if "torch" not in sys.modules:
        return states
    torch = sys.modules["torch"]
    return states | {
        "the random state of torch": digest(torch.get_rng_state().tolist()),
        "the default type of torch": str(torch.get_default_dtype()),
        "the gradient mode of torch": str(torch.is_grad_enabled()),
        "the number of threads of torch": str(torch.get_num_threads()),
        "the deterministic mode of torch": str(torch.are_deterministic_algorithms_enabled()),
    }


@contextmanager
def _network_blocked() -> Iterator[list[str]]:
    """Refuse connections and name look-ups, and collect the attempts, also those whose error is caught."""
    calls: list[str] = []
    saved: list[tuple[Any, str, Any]] = []

    def refuse(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def refused(*given: Any, **named: Any) -> Any:
            if given and isinstance(given[0], socket.socket) and given[0].family == LOCAL:
                return original(*given, **named)  # a process of its own, not the network
            calls.append(name)
            raise ConnectionRefusedError(f"a method must not use the network ({name})")

        return refused

    for owner, names in (
        (socket.socket, ("connect", "connect_ex", "sendto")),
        (socket, ("create_connection", "getaddrinfo", "gethostbyname")),
    ):
        for name in names:
            saved.append((owner, name, owner.__dict__.get(name)))
            setattr(owner, name, refuse(name, getattr(owner, name)))
    try:
        yield calls
    finally:
        for owner, name, original in saved:
            if original is None:  # was inherited
                delattr(owner, name)
            else:
                setattr(owner, name, original)
