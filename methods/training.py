"""The training loop that all gradient methods share, and the seeding around it."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from geneboard.methods.base import Progress
from geneboard.methods.checkpoints import TrainingState

LEAST_IMPROVEMENT = 1e-3
"""Part of the loss that must go within the patience of an early stop."""


class TrainingError(RuntimeError):
    """Training has diverged: a loss is no longer a finite number."""


@contextmanager
def seeded(seed: int, device: str) -> Iterator[tuple[np.random.Generator, torch.device]]:
    """Make everything inside a function of the seed, and leave the global random state as it was.

    torch draws initial weights from its global generator, so that generator is seeded and afterwards put
    back; Python's and NumPy's are seeded too, for libraries that draw from them.

    Parameters
    ----------
    seed
        Any non-negative integer.
    device
        A torch device, ``"cpu"`` or ``"cuda:0"``.

    Yields
    ------
    tuple of numpy.random.Generator and torch.device
        The generator is for sampling; its draws are the same on every device.
    """
    place = torch.device(device)
    cuda = []
    if place.type == "cuda":
        cuda = [torch.cuda.current_device() if place.index is None else place.index]
    python_state = random.getstate()
    numpy_state = np.random.get_state()  # noqa: NPY002 - saved, not drawn from
    try:
        with torch.random.fork_rng(devices=cuda):
            random.seed(seed)
            np.random.seed(seed % 2**32)  # noqa: NPY002 - libraries that draw from the global state
            torch.manual_seed(seed)
            with _reproducible(place):
                yield np.random.default_rng(seed), place
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002


@contextmanager
def _reproducible(device: torch.device) -> Iterator[None]:
    """Choose kernels that give the same bytes each time; on the CPU all that we use do."""
    if device.type == "cpu":
        yield
        return
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS asks for it in deterministic mode
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True)
    try:
        with sdpa_kernel(SDPBackend.MATH):  # the fused CUDA attention adds up gradients in any order
            yield
    finally:
        torch.use_deterministic_algorithms(before)


def train(
    losses: Callable[[int], Mapping[str, Tensor]],
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    *,
    rng: np.random.Generator | None = None,
    method: str,
    epochs: int,
    steps: int,
    progress: Progress,
    patience: int = 0,
) -> dict[str, list[float]]:
    """Run epochs of optimiser steps, from where an interrupted training of the same cell was kept.

    Parameters
    ----------
    losses
        Called with the number of the step in its epoch, 0 to `steps` - 1. Returns scalars by name;
        ``"loss"`` is the one to minimise, the others are parts of it to report.
    model
        What the optimiser trains.
    optimizer
        Parameters that a step does not touch have no gradient then, and it leaves them and their moments
        alone.
    rng
        What `losses` draws from, if anything.
    method
        Name for the error message.
    epochs, steps
        Number of epochs, and of steps in each.
    progress
        Called after each epoch with the mean losses of the epoch; after an early stop with all done.
    patience
        Stop early when the mean loss of the last `patience` epochs is not at least 0.1 % lower than that of
        as many epochs before; 0 trains all epochs. Means, because a step draws partners or masks and the
        loss of a single epoch is noisy.

    Returns
    -------
    dict of str to list of float
        Mean of each loss, one value per epoch that was trained. A part that some steps lack is averaged over
        the steps that have it.

    Raises
    ------
    TrainingError
        If a loss is not finite.
    """
    history: dict[str, list[float]] = {}
    state = TrainingState(progress, model, optimizer, rng)
    if (kept := state.restored()) is not None:
        history = kept["history"]
    for epoch in range(len(history.get("loss", ())), epochs):
        seen: dict[str, list[Tensor]] = {}
        for step in range(steps):
            optimizer.zero_grad(set_to_none=True)
            values = losses(step)
            values["loss"].backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            for name, value in values.items():
                seen.setdefault(name, []).append(value.detach())
        means = {name: float(torch.stack(parts).mean()) for name, parts in seen.items()}
        for name, mean in means.items():
            if not math.isfinite(mean):
                raise TrainingError(f"{method}: {name} is {mean} in epoch {epoch + 1} of {epochs}")
            history.setdefault(name, []).append(mean)
        stop = _stands_still(history["loss"], patience)
        progress(epochs if stop else epoch + 1, epochs, **means)
        if stop:
            break
        state.offer(lambda: {"history": history})
    return history


def _stands_still(losses: list[float], patience: int) -> bool:
    if patience == 0 or len(losses) < 2 * patience:
        return False
    before = sum(losses[-2 * patience : -patience]) / patience
    latest = sum(losses[-patience:]) / patience
    return before - latest < LEAST_IMPROVEMENT * abs(before)
