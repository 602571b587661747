"""What every method must do, as rules that can be called on any method.

The tests call them on every registered method. A rule trains the method on small generated tissues, so hand
it a briefly trained one (`briefly`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import pickle
import random
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from benchmark.compliance_tissues import EDGE_CASES, usual_tissue
from datasets.base import Tissue
from methods.base import KINDS, GeneEmbeddings, Method, Progress, no_progress


class ComplianceError(AssertionError):
    """A method breaks a rule, told in one sentence."""


def briefly(method: Method, steps: int = 3) -> Method:
    """Return the method with the training lengths named in its `quick` settings cut to a few steps."""
    lengths = {name: min(getattr(method, name), steps) for name in method.quick}
    return dataclasses.replace(method, **lengths)


def _require(condition: bool, sentence: str) -> None:
    if not condition:
        raise ComplianceError(sentence)


def _run(
    method: Method,
    tissue: Tissue,
    *,
    seed: int = 0,
    case: str = "three datasets",
    progress: Progress = no_progress,
) -> GeneEmbeddings | None:
    """Run a method on the CPU, or return None where it says that it cannot."""
    reason = method.skip(tissue)
    if reason is not None:
        _require(
            isinstance(reason, str) and bool(reason.strip()),
            f"skip returns {reason!r}; it must return a reason in words, or None",
        )
        return None
    try:
        return method.fit_embed(tissue, seed=seed, device="cpu", progress=progress)
    except ComplianceError:
        raise
    except Exception as error:
        message = " ".join(str(error).split())
        raise ComplianceError(f"fails on {case}: {type(error).__name__}: {message}") from error


def _check_shape(embeddings: GeneEmbeddings | None, tissue: Tissue, case: str) -> None:
    if embeddings is None:
        return
    _require(
        isinstance(embeddings, GeneEmbeddings),
        f"fit_embed returns {type(embeddings).__name__} instead of GeneEmbeddings ({case})",
    )
    names = tuple(graph.name for graph in tissue.graphs)
    _require(embeddings.datasets == names, f"the embeddings are not in the order of the datasets ({case})")
    for graph, genes, values in zip(tissue.graphs, embeddings.genes, embeddings.values, strict=True):
        _require(
            list(genes) == list(graph.genes), f"the genes of {graph.name} are not those of its graph ({case})"
        )
        _require(
            values.dtype == np.float32 and values.ndim == 2 and len(values) == graph.n_genes,
            f"{graph.name}: the embedding is {values.dtype} of shape {values.shape} ({case})",
        )
        _require(bool(np.isfinite(values).all()), f"{graph.name}: NaN or infinite values ({case})")


def _bytes(embeddings: GeneEmbeddings) -> bytes:
    return b"".join(array.tobytes() for array in embeddings.values)


def described(method: Method) -> None:
    """Check name, title, kind and quick settings, and that all hyper-parameters have defaults."""
    kind = type(method)
    _require(
        bool(re.fullmatch(r"[a-z0-9][a-z0-9_]*", method.name)),
        f"the name {method.name!r} is not a short lower-case name",
    )
    _require(bool(method.title.strip()), "the title is empty")
    _require(method.kind in KINDS, f"the kind {method.kind!r} is not one of {', '.join(KINDS)}")
    _require(dataclasses.is_dataclass(kind), f"{kind.__name__} is not a dataclass")
    frozen = getattr(kind, "__dataclass_params__").frozen  # noqa: B009 - not in the type stubs
    _require(frozen, f"{kind.__name__} is not a frozen dataclass")
    try:
        default = kind()
    except TypeError as error:
        raise ComplianceError(f"{kind.__name__} has a hyper-parameter without a default") from error
    unknown = set(method.quick) - {field.name for field in dataclasses.fields(default)}
    _require(not unknown, f"the quick settings name no hyper-parameter: {', '.join(sorted(unknown))}")


def shape(method: Method) -> None:
    """Check for one finite float32 row per gene, in the order of the graphs and their genes."""
    tissue = usual_tissue()
    embeddings = _run(method, tissue)
    _require(embeddings is not None, "the method skips an ordinary tissue of three datasets")
    _check_shape(embeddings, tissue, "three datasets")


def input_unchanged(method: Method) -> None:
    """Check that features, adjacency, genes and truth are the same afterwards."""
    tissue = usual_tissue()
    before = _fingerprint(tissue)
    _run(method, tissue)
    _require(_fingerprint(tissue) == before, "the method changes the gene graphs that it is given")


def _fingerprint(tissue: Tissue) -> str:
    h = hashlib.sha256()
    for graph in tissue.graphs:
        matrix = graph.adjacency
        for array in (graph.features, matrix.data, matrix.indices, matrix.indptr):
            h.update(str((array.dtype, array.shape)).encode())
            h.update(np.ascontiguousarray(array).tobytes())
        h.update("\0".join(graph.genes).encode())
    if tissue.truth is not None:
        h.update(tissue.truth.to_json().encode())
    return h.hexdigest()


def seed_decides(method: Method) -> None:
    """Check that the seed, and nothing drawn before, decides the bytes, or does not matter if so declared."""
    import torch

    tissue = usual_tissue()
    results = []
    for disturbance, seed in ((1, 7), (2, 7), (2, 8)):
        random.seed(disturbance)
        np.random.seed(disturbance)  # noqa: NPY002 - the global state is what is disturbed
        torch.manual_seed(disturbance)
        embeddings = _run(method, tissue, seed=seed)
        if embeddings is None:
            return
        results.append(_bytes(embeddings))
    _require(results[0] == results[1], "two runs with the same seed differ")
    same = results[1] == results[2]
    _require(not (method.deterministic and not same), "declared deterministic, but the seed has an influence")
    _require(method.deterministic or not same, "another seed changes nothing; declare it deterministic")


def global_state_restored(method: Method) -> None:
    """Check that the random states of Python, NumPy and torch, and torch's settings, are left alone."""
    import torch

    def state() -> dict[str, str]:
        return {
            "random state of Python": _digest(random.getstate()),
            "random state of NumPy": _digest(np.random.get_state(legacy=False)),  # noqa: NPY002
            "random state of torch": _digest(torch.get_rng_state().tolist()),
            "default type of torch": str(torch.get_default_dtype()),
            "gradient mode of torch": str(torch.is_grad_enabled()),
            "number of threads of torch": str(torch.get_num_threads()),
            "deterministic mode of torch": str(torch.are_deterministic_algorithms_enabled()),
        }

    before = state()
    _run(method, usual_tissue())
    after = state()
    changed = [name for name in before if before[name] != after[name]]
    _require(not changed, f"the method changes the {' and the '.join(changed)}")


def _digest(state: object) -> str:
    return hashlib.sha256(pickle.dumps(state)).hexdigest()


def no_network(method: Method) -> None:
    """Check that it runs without any network access."""
    with _network_blocked() as attempts:
        _run(method, usual_tissue())
    _require(not attempts, f"the method uses the network ({', '.join(sorted(set(attempts)))})")


@contextmanager
def _network_blocked() -> Iterator[list[str]]:
    """Refuse connections and name look-ups, and collect the attempts, also those whose error is caught."""
    attempts: list[str] = []
    saved: list[tuple[Any, str, Any]] = []

    def refuse(name: str) -> Callable[..., Any]:
        def refused(*_: object, **__: object) -> Any:
            attempts.append(name)
            raise ComplianceError(f"the method uses the network ({name})")

        return refused

    for owner, names in (
        (socket.socket, ("connect", "connect_ex", "sendto")),
        (socket, ("create_connection", "getaddrinfo", "gethostbyname")),
    ):
        for name in names:
            saved.append((owner, name, owner.__dict__.get(name)))
            setattr(owner, name, refuse(name))
    try:
        yield attempts
    finally:
        for owner, name, original in saved:
            if original is None:  # was inherited
                delattr(owner, name)
            else:
                setattr(owner, name, original)


def progress_told(method: Method) -> None:
    """Check that progress is reported, never goes backwards, and ends with all steps done."""
    reports: list[tuple[int, int]] = []

    def note(done: int, total: int, **_: float) -> None:
        reports.append((done, total))

    _run(method, usual_tissue(), progress=note)
    _require(bool(reports), "the method reports no progress")
    done = [report[0] for report in reports]
    _require(done == sorted(done), "the reported progress goes backwards")
    _require(reports[-1][0] == reports[-1][1], "the last report of progress is not that all is done")


def _edge_case(case: str) -> Callable[[Method], None]:
    def rule(method: Method) -> None:
        tissue = EDGE_CASES[case]()
        _check_shape(_run(method, tissue, case=case), tissue, case)

    rule.__doc__ = f"Check that it works on {case}, or says why not."
    return rule


RULES: Mapping[str, Callable[[Method], None]] = {
    "is described": described,
    "shape and gene order": shape,
    "leaves its input unchanged": input_unchanged,
    "is decided by the seed": seed_decides,
    "restores global state": global_state_restored,
    "needs no network": no_network,
    "reports progress": progress_told,
    **{f"works on {case}": _edge_case(case) for case in EDGE_CASES},
}
"""Rule name -> function that raises `ComplianceError` with one sentence if the method breaks the rule."""
