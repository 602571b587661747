"""A long training keeps how far it is, and goes on from there to the same result."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn

from geneboard.methods.base import Progress


class Checkpoints(Protocol):
    """Where a training is kept; a `Progress` that offers it has it as its attribute `checkpoints`."""

    def read(self) -> bytes | None:
        """Return what was written last, None at the first start."""

    def due(self) -> bool:
        """Return whether it is time to write."""

    def write(self, state: bytes) -> None:
        """Keep a state in the place of the one before."""


class TrainingState:
    """All that decides how a training goes on: weights, optimiser, random numbers.

    What a method makes before its training (walks, initial weights, positions of neighbours) is made again
    from the seed. A loop asks for what was kept before its first epoch, and offers its state after each.

    Parameters
    ----------
    progress
        Of the method; without `checkpoints` nothing is kept.
    model
        What is trained, with its buffers.
    optimizer
        Of its parameters.
    rng
        What the loop draws from, None if nothing.
    part
        Which of the loops of a method it is, if there are several.
    more
        Other things with a state, a scheduler for example, by name.
    """

    def __init__(
        self,
        progress: Progress,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        rng: np.random.Generator | None = None,
        *,
        part: str = "",
        **more: Any,
    ) -> None:
        self._checkpoints = _checkpoints_of(progress)
        self._part = part
        self._parts = {"model": model, "optimizer": optimizer, **more}
        self._rng = rng
        self._cuda = next(model.parameters()).device.type == "cuda"

    def restored(self) -> dict[str, Any] | None:
        """Put everything back to where it was kept and return the numbers of the loop; None at the start."""
        state = _kept(self._checkpoints, self._part)
        if state is None:
            return None
        for name, part in self._parts.items():
            part.load_state_dict(state[name])
        if self._rng is not None:
            self._rng.bit_generator.state = state["rng"]
        _put_back_random(state["random"])
        numbers: dict[str, Any] = state["loop"]
        return numbers

    def offer(self, loop: Callable[[], Mapping[str, Any]]) -> None:
        """Keep everything, if it is time; `loop` returns the numbers of the loop."""
        if self._checkpoints is None or not self._checkpoints.due():
            return
        state = {name: part.state_dict() for name, part in self._parts.items()}
        state |= {"part": self._part, "loop": dict(loop()), "random": _random_state(cuda=self._cuda)}
        if self._rng is not None:
            state["rng"] = self._rng.bit_generator.state
        buffer = io.BytesIO()
        torch.save(state, buffer)
        self._checkpoints.write(buffer.getvalue())


def kept_loop(progress: Progress, part: str) -> dict[str, Any] | None:
    """Return the numbers that one of the loops of a method has kept; None if it was not the last to keep."""
    state = _kept(_checkpoints_of(progress), part)
    return None if state is None else state["loop"]


def _checkpoints_of(progress: Progress) -> Checkpoints | None:
    return getattr(progress, "checkpoints", None)


def _kept(checkpoints: Checkpoints | None, part: str) -> dict[str, Any] | None:
    content = None if checkpoints is None else checkpoints.read()
    if content is None:
        return None
    state: dict[str, Any] = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    return state if state["part"] == part else None


def _random_state(*, cuda: bool) -> dict[str, Any]:
    """Return the state of the global generators, in types that are read without running any code."""
    numpy_state: Any = np.random.get_state(legacy=False)  # noqa: NPY002 - libraries may draw from it
    numpy_state["state"]["key"] = torch.from_numpy(numpy_state["state"]["key"].astype(np.int64))
    return {
        "python": random.getstate(),
        "numpy": numpy_state,
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state() if cuda else None,
    }


def _put_back_random(state: dict[str, Any]) -> None:
    random.setstate(state["python"])
    numpy_state = state["numpy"]
    numpy_state["state"]["key"] = numpy_state["state"]["key"].numpy().astype(np.uint32)
    np.random.set_state(numpy_state)  # noqa: NPY002
    torch.set_rng_state(state["torch"])
    if state["cuda"] is not None:
        torch.cuda.set_rng_state(state["cuda"])
