"""The random features against the exact kernel, and the layers' symmetries."""

import numpy as np
import pytest
import torch

from geneboard.methods.performer import (
    Performer,
    PerformerShape,
    linear_attention,
    orthogonal_projection,
    positive_features,
)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def estimates(x, y, projection):
    """Estimate exp(x . y) from the features of two vectors, with the subtracted maxima put back."""
    left = positive_features(x, projection, epsilon=0.0)
    right = positive_features(y, projection, epsilon=0.0)
    maxima = (projection @ x).max() + (projection @ y).max()
    return float(left @ right * maxima.exp())


@pytest.mark.parametrize(("features", "width"), [(8, 8), (20, 8), (5, 8), (44, 16), (3, 1)])
def test_directions_are_orthogonal_within_blocks(features, width):
    projection = orthogonal_projection(features, width)
    assert projection.shape == (features, width)
    for start in range(0, features, width):
        block = projection[start : start + width].double()
        products = block @ block.T
        assert (products - products.diag().diag()).abs().max() < 1e-5


def test_each_direction_is_a_standard_gaussian_vector():
    """First and second moments within five standard errors; a QR without its signs fixed fails the first."""
    drawn = torch.stack([orthogonal_projection(4, 4) for _ in range(4000)]).double()
    assert drawn.mean(0).abs().max() < 5 / np.sqrt(4000)
    assert (drawn.square().mean(0) - 1).abs().max() < 5 * np.sqrt(2 / 4000)
    lengths = drawn.square().sum(-1)
    assert abs(float(lengths.var()) - 8) < 5 * np.sqrt(8**2 * 5 / 16000)  # chi^2 with 4 degrees: kurtosis 6


def test_features_estimate_the_softmax_kernel_without_bias():
    x, y = torch.tensor([0.6, -0.2, 0.4]), torch.tensor([0.1, 0.5, -0.7])
    drawn = np.array([estimates(x, y, orthogonal_projection(30, 3)) for _ in range(1000)])
    error = drawn.std() / np.sqrt(len(drawn))
    exact = float(torch.exp(x @ y))
    assert error < 0.01 * exact
    assert abs(drawn.mean() - exact) < 4 * error


def test_large_inputs_stay_finite():
    x = (torch.randn(20, 8) * 40).requires_grad_()
    projection = orthogonal_projection(16, 8)
    features = positive_features(x, projection)
    made = linear_attention(features, features, x)
    made.sum().backward()
    assert made.isfinite().all()
    assert x.grad.isfinite().all()


def small():
    return Performer(PerformerShape.usual(width=12, depth=2, heads=3))


def test_usual_shape():
    assert PerformerShape.usual(64, 2, 4) == PerformerShape(64, 2, 4, 16, 44, 256)
    assert PerformerShape.usual(4, 1, 4).features == 1  # heads of width 1: 1 ln 1 = 0
    for width, heads in ((10, 4), (4, 0)):
        with pytest.raises(ValueError, match=f"width {width} is not a multiple of {heads} heads"):
            PerformerShape.usual(width, 1, heads)


def test_chosen_states_and_their_gradients_are_those_of_all_states():
    performer, states = small(), torch.randn(2, 30, 12)
    chosen = torch.tensor([[4, 9, 0], [29, 4, 4]])
    weights = torch.randn(2, 3, 12)
    results = []
    for some in (performer(states, chosen), performer(states)[torch.arange(2)[:, None], chosen]):
        performer.zero_grad()
        (some * weights).sum().backward()
        results.append([some, *[p.grad.clone() for p in performer.parameters()]])
    for ours, plain in zip(*results, strict=True):
        torch.testing.assert_close(ours, plain, rtol=0, atol=2e-5)


def test_gradient_is_that_of_finite_differences():
    """In double precision. The maximum that stabilises is held fixed, which only epsilon can tell."""
    projection = orthogonal_projection(6, 3).double()
    x, values = torch.randn(5, 3, dtype=torch.double, requires_grad=True), torch.randn(5, 2).double()

    def attend(x):
        features = positive_features(x, projection, epsilon=0.0)
        keys = positive_features(x, projection, shared=(0,), epsilon=0.0)
        return linear_attention(features, keys, values)

    assert torch.autograd.gradcheck(attend, (x,))
