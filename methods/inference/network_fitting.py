"""The training loop of networks, which ends when predictions of validation samples get no better."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.lr_scheduler import ReduceLROnPlateau

from geneboard.methods.base import Progress
from geneboard.methods.checkpoints import TrainingState, kept_loop
from geneboard.methods.inference.base import STOPPED_AT_LIMIT, FittedInference, InferenceData
from geneboard.methods.inference.network_settings import NetworkSettings
from geneboard.methods.inference.organ_covariate import OrganCovariate
from geneboard.methods.training import TrainingError, seeded

LOSSES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "l1": functional.l1_loss,
    "mse": functional.mse_loss,
}


UNKNOWN_SHARE = 0.1
"""Part of the samples whose organ is withheld in a step, so that an unknown one is known to the network."""

SEARCH, REFIT = "search", "refit"
"""The two loops: until the best epoch, and once more on all samples."""


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedNetwork(FittedInference):
    """A trained network.

    Parameters
    ----------
    network
        Maps inputs (n_samples, n_inputs) to targets (n_samples, n_targets).
    covariate
        Inputs beside the landmarks.
    batch
        Samples predicted at once.
    fixed
        Arrays that the network is built from, beside its weights.
    """

    network: nn.Module
    covariate: OrganCovariate
    batch: int
    fixed: Mapping[str, np.ndarray]

    def predict(self, landmarks: np.ndarray, organs: np.ndarray) -> np.ndarray:
        """Infer the targets, batch by batch."""
        return predict(self.network, self.covariate.beside(landmarks, organs), self.batch)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return weights, covariate and what the network is built from."""
        weights = {f"weight:{name}": value.cpu().numpy() for name, value in self.network.state_dict().items()}
        return weights | self.covariate.arrays() | dict(self.fixed)


def restored_network(method: NetworkSettings, arrays: Mapping[str, np.ndarray]) -> FittedNetwork:
    """Return the network that `FittedNetwork.arrays` has given away, on the CPU."""
    network, fixed = method.rebuild(arrays)
    network.load_state_dict(
        {name: torch.from_numpy(arrays[f"weight:{name}"]) for name in network.state_dict()}
    )
    return FittedNetwork(
        network=network, covariate=OrganCovariate.restore(arrays), batch=method.batch, fixed=fixed
    )


def predict(network: nn.Module, inputs: np.ndarray, batch: int) -> np.ndarray:
    """Return the predictions of a network, float32 of shape (n_samples, n_targets)."""
    device = next(network.parameters()).device
    network.eval()
    with torch.inference_mode():
        parts = [network(part.to(device)).cpu() for part in torch.from_numpy(inputs).split(batch)]  # type: ignore[no-untyped-call]
    predicted: np.ndarray = torch.cat(parts).numpy()
    return predicted


def mean_spearman(true_ranks: np.ndarray, predicted: np.ndarray) -> float:
    """Return the mean over samples of the Spearman correlation over genes; a constant profile has 0.

    Parameters
    ----------
    true_ranks
        Ranks of the true values over the genes, shape (n_samples, n_genes).
    predicted
        The same shape.
    """
    ranks = [
        values - values.mean(axis=1, keepdims=True) for values in (true_ranks, rankdata(predicted, axis=1))
    ]
    lengths = np.prod([np.linalg.norm(values, axis=1) for values in ranks], axis=0)
    products = np.einsum("ij,ij->i", *ranks)
    return float(np.mean(np.where(lengths > 0, products / np.where(lengths > 0, lengths, 1), 0)))


def fit_network(
    method: NetworkSettings,
    train: InferenceData,
    validation: InferenceData,
    *,
    seed: int,
    device: str,
    progress: Progress,
) -> FittedNetwork:
    """Train the network of a method, and once more on all samples if it is to be refitted.

    An interrupted training of the same cell goes on.

    Parameters
    ----------
    method
        Makes the network, and says how it is trained.
    train, validation
        Samples.
    seed, device, progress
        As for `InferenceMethod.fit`.

    Raises
    ------
    TrainingError
        If the loss is no longer a finite number.
    """
    refitting = kept_loop(progress, REFIT)
    if refitting is None:
        with seeded(seed, device) as (random, place):
            run = _Run(method, train, seed, place, random)
            found = run.until_best(train, validation, progress)
    else:
        found = _Found(**refitting["found"])
    history, best = found.history, found.epoch
    details = {"epoch": float(best), "validation_mae": history["validation_mae"][best - 1]}
    if len(history["loss"]) == method.epochs and method.epochs - best < method.patience:
        details[STOPPED_AT_LIMIT] = 1.0
    if method.refit:
        both = train.and_also(validation)
        with seeded(seed, device) as (random, place):  # again: the search has no influence but the epochs
            run = _Run(method, both, seed, place, random)
            history["refit_loss"] = run.for_epochs(both, found, progress)
    progress(method.epochs, method.epochs)
    return FittedNetwork(
        network=run.network,
        covariate=run.covariate,
        batch=method.batch,
        fixed=run.fixed,
        details=details,
        history=history,
    )


class _Found(NamedTuple):
    """What a training until the best epoch has found: curves, that epoch, and the rate of every epoch."""

    history: dict[str, list[float]]
    epoch: int
    rates: list[float]


class _Run:
    """One training of one network, which is built for the samples that it learns from."""

    def __init__(
        self,
        method: NetworkSettings,
        data: InferenceData,
        seed: int,
        device: torch.device,
        random: np.random.Generator,
    ) -> None:
        self.method, self.random, self.device = method, random, device
        self.covariate = OrganCovariate.of(data.organs, method.organ)
        network, self.fixed = method.make(data, self.covariate, seed)
        self.network = network.to(device)
        self.optimizer = torch.optim.Adam(
            self.network.parameters(), lr=method.learning_rate, weight_decay=method.weight_decay
        )

    def tensors(self, data: InferenceData) -> tuple[Tensor, Tensor]:
        inputs = self.covariate.beside(data.landmarks, data.organs)
        return torch.from_numpy(inputs).to(self.device), torch.from_numpy(data.targets).to(self.device)

    def until_best(self, train: InferenceData, validation: InferenceData, progress: Progress) -> _Found:
        """Train until predictions get no better; the network has the weights of the best epoch then."""
        method = self.method
        inputs, targets = self.tensors(train)
        validation_inputs = self.covariate.beside(validation.landmarks, validation.organs)
        true_ranks = rankdata(validation.targets, axis=1)
        history: dict[str, list[float]] = {"loss": [], "validation_spearman": [], "validation_mae": []}
        rates: list[float] = []
        scheduler = ReduceLROnPlateau(self.optimizer, factor=0.5, patience=method.plateau)
        best, best_score, best_weights = 0, -math.inf, self._weights()
        state = TrainingState(
            progress, self.network, self.optimizer, self.random, part=SEARCH, scheduler=scheduler
        )
        if (kept := state.restored()) is not None:
            history, rates = kept["history"], kept["rates"]
            best, best_score, best_weights = kept["best"]
        for epoch in range(len(rates) + 1, method.epochs + 1):
            rates.append(self.optimizer.param_groups[0]["lr"])
            history["loss"].append(self.epoch(inputs, targets))
            predicted = predict(self.network, validation_inputs, method.batch)
            history["validation_spearman"].append(mean_spearman(true_ranks, predicted))
            error = float(np.abs(predicted - validation.targets).mean())
            history["validation_mae"].append(error)
            score = -error if method.criterion == "mae" else history["validation_spearman"][-1]
            if score > best_score:
                best, best_score, best_weights = epoch, score, self._weights()
            progress(epoch, method.epochs, **{key: values[-1] for key, values in history.items()})
            if epoch - best >= method.patience:
                break
            if method.plateau:
                scheduler.step(error)
            best_so_far = best, best_score, best_weights
            state.offer(lambda: {"history": history, "rates": rates, "best": best_so_far})  # noqa: B023
        self.network.load_state_dict(best_weights)
        return _Found(history, best, rates)

    def for_epochs(self, data: InferenceData, found: _Found, progress: Progress) -> list[float]:
        """Train until the epoch that was found, with the learning rates up to it; return the losses."""
        inputs, targets = self.tensors(data)
        rates = found.rates[: found.epoch]
        losses: list[float] = []
        state = TrainingState(progress, self.network, self.optimizer, self.random, part=REFIT)
        if (kept := state.restored()) is not None:
            losses = kept["losses"]
        for rate in rates[len(losses) :]:
            self.optimizer.param_groups[0]["lr"] = rate
            losses.append(self.epoch(inputs, targets))
            progress(len(losses), len(rates), refit_loss=losses[-1])
            state.offer(lambda: {"losses": losses, "found": found._asdict()})
        return losses

    def _weights(self) -> dict[str, Tensor]:
        return {name: value.detach().clone() for name, value in self.network.state_dict().items()}

    def epoch(self, inputs: Tensor, targets: Tensor) -> float:
        """Pass once over the samples in random order; return the mean loss."""
        self.network.train()
        order = torch.from_numpy(self.random.permutation(len(inputs))).to(self.device)
        total = 0.0
        for rows in order.split(self.method.batch):  # type: ignore[no-untyped-call]
            self.optimizer.zero_grad(set_to_none=True)
            predicted = self.network(self._some_unknown(inputs[rows]))
            loss = LOSSES[self.method.loss](predicted, targets[rows])
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.network.parameters(), self.method.clip)
            self.optimizer.step()
            total += float(loss.detach()) * len(rows)
        mean = total / len(inputs)
        if not math.isfinite(mean):
            raise TrainingError(f"{self.method.name}: the loss is {mean}")
        return mean

    def _some_unknown(self, inputs: Tensor) -> Tensor:
        n_organs = len(self.covariate.organs)
        if n_organs:
            withheld = self.random.random(len(inputs)) < UNKNOWN_SHARE
            inputs[torch.from_numpy(withheld).to(self.device), -n_organs:] = 0  # a copy: rows were chosen
        return inputs
