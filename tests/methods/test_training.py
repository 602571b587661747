"""The training loop and the seeding around it."""

import random

import numpy as np
import pytest
import torch

from geneboard.methods.base import no_progress
from geneboard.methods.training import TrainingError, seeded, train


def states():
    return random.getstate(), repr(np.random.get_state(legacy=False)), torch.get_rng_state().tolist()  # noqa: NPY002


def test_seeded_repeats_and_leaves_the_global_state_alone():
    before = states()
    drawn = []
    for _ in range(2):
        with seeded(3, "cpu") as (rng, device):
            drawn.append((torch.rand(3).tolist(), rng.random(), random.random(), np.random.rand()))  # noqa: NPY002
            assert device == torch.device("cpu")
        assert states() == before
    assert drawn[0] == drawn[1]
    with seeded(4, "cpu") as (rng, _):
        other = (torch.rand(3).tolist(), rng.random(), random.random(), np.random.rand())  # noqa: NPY002
    assert all(a != b for a, b in zip(drawn[0], other, strict=True))


def test_seeded_restores_after_an_exception():
    before = states()
    with pytest.raises(KeyError), seeded(3, "cpu"):
        raise KeyError(torch.rand(3), random.random())
    assert states() == before


def test_seed_beyond_32_bits():
    with seeded(2**40 + 1, "cpu") as (rng, _):
        assert 0 <= rng.random() < 1


def test_train_descends_by_hand():
    """Plain gradient descent on x^2 / 2 and y^2 / 2 in turn, learning rate 1/2: each epoch halves both."""
    x = torch.nn.Parameter(torch.tensor(4.0))
    y = torch.nn.Parameter(torch.tensor(8.0))
    reports = []

    def losses(step):
        value = (x, y)[step]
        parts = {"loss": value.square() / 2}
        return parts if step == 0 else {**parts, "part": value * 1.0}

    history = train(
        losses,
        torch.nn.ParameterList([x, y]),
        torch.optim.SGD([x, y], lr=0.5),
        method="descent",
        epochs=2,
        steps=2,
        progress=lambda done, total, **values: reports.append((done, total, values)),
    )
    assert (x.item(), y.item()) == (1.0, 2.0)
    assert history == {"loss": [(8 + 32) / 2, (2 + 8) / 2], "part": [8.0, 4.0]}
    assert reports == [(1, 2, {"loss": 20.0, "part": 8.0}), (2, 2, {"loss": 5.0, "part": 4.0})]


def test_parameters_without_part_in_a_step_are_left_alone():
    """Momentum must not move a parameter in the steps of another dataset."""
    used, unused = torch.nn.Parameter(torch.ones(1)), torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.Adam([used, unused], lr=0.1)
    (used + unused).sum().backward()
    optimizer.step()
    before = unused.item()
    both = torch.nn.ParameterList([used, unused])
    train(
        lambda _: {"loss": used.sum()}, both, optimizer, method="m", epochs=3, steps=1, progress=no_progress
    )
    assert unused.item() == before
    assert used.item() < before


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_names_method_and_epoch(bad):
    x = torch.nn.Parameter(torch.tensor(1.0))
    values = iter([1.0, 1.0, bad, 1.0])
    with pytest.raises(TrainingError, match=r"^wonder: loss is (nan|inf) in epoch 2 of 5$"):
        train(
            lambda _: {"loss": x * next(values)},
            torch.nn.ParameterList([x]),
            torch.optim.SGD([x], lr=0.0),
            method="wonder",
            epochs=5,
            steps=2,
            progress=no_progress,
        )


def constant_losses(values):
    x = torch.nn.Parameter(torch.tensor(1.0))
    given = iter(values)
    return lambda _: {"loss": x * next(given)}, torch.nn.ParameterList([x]), torch.optim.SGD([x], lr=0.0)


def lengths(values, **settings):
    reports = []
    history = train(
        *constant_losses(values),
        method="m",
        epochs=len(values),
        steps=1,
        progress=lambda done, total, **_: reports.append((done, total)),
        **settings,
    )
    assert reports[-1] == (len(values), len(values))
    assert len(reports) == len(history["loss"])
    return len(history["loss"])


def test_early_stop_by_hand():
    """Means of two epochs: 9.5, 7.5, then 7.4995 after 6 epochs, which is less than 0.1 % below 7.5."""
    falling = [10.0, 9.0, 8.0, 7.0, 8.0, 6.999, 1.0, 1.0]
    assert lengths(falling, patience=2) == 6
    assert lengths(falling, patience=3) == 8
    assert lengths(falling) == 8
    assert lengths([-1.0, -1.0, -2.0, -2.0, -2.0, -2.0], patience=2) == 6  # negative losses fall, too
    assert lengths([-2.0, -2.0, -1.0, -1.0, 0.0], patience=2) == 4
