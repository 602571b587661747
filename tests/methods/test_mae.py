"""MAE against a plain float64 model, its mask, and what it restores."""

import numpy as np
import pandas as pd
import plain_autoencoders as plain
import pytest
import torch
from scipy import sparse

from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES, usual_tissue
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.autoencoders import masked, train_and_embed
from geneboard.methods.base import no_progress
from geneboard.methods.mae import MAE, FeatureAutoencoder
from geneboard.methods.training import seeded


def made_network(tissue, share=0.25, seed=0, shared=True):
    modalities = [graph.modality for graph in tissue.graphs]
    group = [sorted(set(modalities)).index(m) for m in modalities] if shared else range(len(modalities))
    with seeded(seed, "cpu") as (rng, device):
        return FeatureAutoencoder(tissue.graphs, group, share, rng, device)


def plain_training(tissue, seed, epochs, shared):
    """Train from the same weights with the same masks, in float64, one Adam step per dataset."""
    with seeded(seed, "cpu") as (rng, device):
        group = [["scrna", "scatac"].index(graph.modality) for graph in tissue.graphs]
        group = group if shared else range(len(tissue.graphs))
        network = FeatureAutoencoder(tissue.graphs, group, 0.25, rng, device)
    rng = np.random.default_rng(seed)
    rest = [plain.doubles(layers) for layers in network.encoder.rest]  # one object for a group
    first = [plain.doubles(layer) for layer in network.encoder.first]
    decoders = [plain.doubles(decoder) for decoder in network.decoders]
    encoders = [p for layers in (*first, *rest) for p in layers]
    adam = plain.PlainAdam([(p, 5e-4) for p in encoders] + [(p, 1e-3) for d in decoders for p in d])
    own = [first[i] + rest[group[i]] for i in range(len(tissue.graphs))]

    def loss(i):
        z = plain.perceptron(plain.hidden_quarter(tissue.graphs[i], rng), own[i])
        return (plain.perceptron(z, decoders[i]) - torch.tensor(tissue.graphs[i].features)).square().mean()

    history = plain.trained(epochs, len(own), loss, adam.step)
    features = [torch.tensor(graph.features).double() for graph in tissue.graphs]
    return history, [plain.perceptron(x, o).detach().numpy() for x, o in zip(features, own, strict=True)]


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("case", ["usual", "one dataset", "few cells and genes"])
def test_training_equals_a_plain_model(case, shared):
    """Mask anew at each step on the input alone, both Adam rates, embedding without mask."""
    tissue = usual_tissue() if case == "usual" else EDGE_CASES[case]()
    method = MAE(epochs=5, share_weights=shared)
    made = method.fit_embed(tissue, seed=3, device="cpu", progress=no_progress)
    expected = plain_training(tissue, seed=3, epochs=5, shared=shared)
    plain.assert_trained_alike(made, *expected, 1e-5, rel=1e-6)


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


def correlated_tissue(n_genes=200, n_cells=60, n_factors=4, seed=0):
    """Two datasets whose genes follow a few hidden factors, with as much noise as signal."""
    rng = np.random.default_rng(seed)
    graphs = []
    for k in range(2):
        signal = rng.standard_normal((n_genes, n_factors)) @ rng.standard_normal((n_factors, n_cells))
        noise = rng.standard_normal((n_genes, n_cells)) * signal.std()
        column = rng.standard_normal(n_cells)  # so that the mean of a column is worth something
        features = (signal + noise + column).astype(np.float32)
        genes = pd.Index([f"G{gene}" for gene in range(n_genes)])
        edges = sparse.csr_matrix(np.eye(n_genes, dtype=bool))
        graphs.append(GeneGraph(f"scrna_lung__{k}", "lung", "scrna", "human", genes, features, edges))
    return Tissue("lung", "correlated", tuple(graphs))


def test_restores_masked_entries_better_than_the_column_mean():
    tissue = correlated_tissue()
    method, network = MAE(epochs=120), made_network(correlated_tissue())
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
        of_mean = np.square(mean - graph.features)[hidden].mean()
        assert error < 0.85 * of_mean
