"""MAE and WSMAE against plain float64 models, their mask, and what they learn."""

import numpy as np
import plain_autoencoders as plain
import pytest
import torch
from method_cases import CASES, cosines, fitted, graph_of, modular_graph, numbered, tissue_of

from geneboard.methods.autoencoders import masked, train_and_embed
from geneboard.methods.base import no_progress
from geneboard.methods.mae import MAE, FeatureAutoencoder
from geneboard.methods.training import seeded
from geneboard.methods.wsmae import WSMAE, EdgeAutoencoder

RATES = {MAE: (5e-4, 1e-3), WSMAE: (1e-4, 5e-4)}


def made_network(method, tissue, seed=0):
    """A network, and for each dataset the number of the layers that it shares."""
    group = [["scrna", "scatac"].index(graph.modality) for graph in tissue.graphs]
    with seeded(seed, "cpu") as (rng, device):
        if isinstance(method, WSMAE):
            return EdgeAutoencoder(tissue.graphs, 0.25, rng, device), group
        group = group if method.share_weights else range(len(group))
        return FeatureAutoencoder(tissue.graphs, group, 0.25, rng, device), group


def plain_loss(method, graph, z, decoder):
    if isinstance(method, MAE):
        return (plain.perceptron(z, decoder) - torch.tensor(graph.features)).square().mean()
    p = torch.sigmoid(plain.perceptron(z @ z.T, decoder))
    return -torch.where(torch.tensor(graph.adjacency.toarray()), p.log(), (1 - p).log()).mean()


def plain_training(method, tissue, seed, epochs):
    """Train from the same weights with the same masks, in float64, one Adam step per dataset."""
    network, group = made_network(method, tissue, seed)
    rng = np.random.default_rng(seed)
    rest = [plain.doubles(layers) for layers in network.encoder.rest]  # one object for a group
    first = [plain.doubles(layer) for layer in network.encoder.first]
    decoders = [plain.doubles(decoder) for decoder in network.decoders]
    adam = torch.optim.Adam(
        [
            {"params": [parameter for parameters in modules for parameter in parameters], "lr": rate}
            for modules, rate in zip(((*first, *rest), decoders), RATES[type(method)], strict=True)
        ]
    )
    own = [first[i] + rest[group[i]] for i in range(len(tissue.graphs))]

    def loss(i):
        z = plain.perceptron(plain.hidden_quarter(tissue.graphs[i], rng), own[i])
        return plain_loss(method, tissue.graphs[i], z, decoders[i])

    history = plain.trained(epochs, len(own), loss, plain.steps_of(adam))
    features = [torch.tensor(graph.features).double() for graph in tissue.graphs]
    return history, [plain.perceptron(x, o).detach().numpy() for x, o in zip(features, own, strict=True)]


@pytest.mark.parametrize(
    "method",
    [MAE(epochs=5), MAE(epochs=5, share_weights=False), WSMAE(epochs=5)],
    ids=["mae", "mae, nothing shared", "wsmae"],
)
@pytest.mark.parametrize("case", ["usual", "one dataset", "few cells and genes", "unequal gene counts"])
def test_training_equals_a_plain_model(case, method):
    """Mask anew at each step on the input alone, both Adam rates, embedding without mask."""
    tissue = CASES[case]()
    expected = plain_training(method, tissue, seed=3, epochs=5)
    plain.assert_trained_alike(fitted(method, tissue, seed=3), *expected, 1e-5, rel=1e-6)


def test_mask_hides_the_given_share_anew_and_leaves_its_input_alone():
    features = torch.randn(300, 200, generator=torch.Generator().manual_seed(0))
    before = features.clone()
    rng = np.random.default_rng(0)
    first, second = masked(features, 0.25, rng), masked(features, 0.25, rng)
    assert torch.equal(features, before)
    for made in (first, second):
        hidden = made == 0
        assert torch.equal(made[~hidden], features[~hidden])
        # five standard deviations of a share of 60000, of 300 and of 200 entries
        assert hidden.float().mean() == pytest.approx(0.25, abs=5 * (0.1875 / 60000) ** 0.5)
        assert (hidden.float().mean(0) - 0.25).abs().max() < 5 * (0.1875 / 300) ** 0.5
        assert (hidden.float().mean(1) - 0.25).abs().max() < 5 * (0.1875 / 200) ** 0.5
    both = ((first == 0) & (second == 0)).float().mean()
    assert both == pytest.approx(0.0625, abs=0.005)  # two masks are independent
    assert torch.equal(masked(features, 0.0, rng), features)
    assert not masked(features, 1.0, rng).any()


def correlated_graph(name, rng, n_genes=200, n_cells=60, n_factors=4):
    """Genes follow a few hidden factors, with as much noise as signal."""
    signal = rng.standard_normal((n_genes, n_factors)) @ rng.standard_normal((n_factors, n_cells))
    noise = rng.standard_normal((n_genes, n_cells)) * signal.std()
    column = rng.standard_normal(n_cells)  # so that the mean of a column is worth something
    return graph_of(np.eye(n_genes), features=signal + noise + column, name=name)


def test_restores_masked_entries_better_than_the_column_mean():
    rng = np.random.default_rng(0)
    tissue = tissue_of(correlated_graph("a", rng), correlated_graph("b", rng))
    method = MAE(epochs=120)
    network, _ = made_network(method, tissue)
    made = train_and_embed(method, network, method.optimizer(network), tissue, no_progress)
    assert np.mean(made.history["loss"][-10:]) < 0.8 * made.history["loss"][0]
    rng = np.random.default_rng(99)  # masks that training has not seen
    for i, graph in enumerate(tissue.graphs):
        hidden = rng.random(graph.features.shape) < 0.25
        seen = torch.tensor(np.where(hidden, 0, graph.features))
        with torch.no_grad():
            restored = network.decoders[i](network.encoder(i, seen)).numpy()
        mean = np.ma.masked_array(graph.features, hidden).mean(axis=0).filled()
        error = np.square(restored - graph.features)[hidden].mean()
        assert error < 0.85 * np.square(mean - graph.features)[hidden].mean()


def test_learns_the_graph_from_the_features():
    """Cross-entropy falls below that of the best constant, and genes of a module become alike."""
    shape = {"n_cells": 50, "signal": 2.0, "noise": 1.0, "joined": (1.0, 0.0)}
    tissue = tissue_of(*(modular_graph(name, numbered(90), **shape, seed=ord(name)) for name in "ab"))
    made = fitted(WSMAE(epochs=100), tissue)
    best_constant = -(np.log(1 / 3) / 3 + 2 * np.log(2 / 3) / 3)
    assert made.history["loss"][-1] < 0.5 * best_constant
    within = tissue.graphs[0].adjacency.toarray()
    for values in made.values:
        assert cosines(values)[within].mean() > cosines(values)[~within].mean() + 0.5
