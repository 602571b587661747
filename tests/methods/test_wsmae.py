"""WSMAE against a plain float64 model, what it shares, its learning."""

import dataclasses

import numpy as np
import plain_autoencoders as plain
import pytest
import torch

from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES, gene_graph, usual_tissue
from geneboard.datasets.base import Tissue
from geneboard.methods.base import no_progress
from geneboard.methods.training import seeded
from geneboard.methods.wsmae import WSMAE, EdgeAutoencoder


def made_network(tissue, share=0.25, seed=0):
    with seeded(seed, "cpu") as (rng, device):
        return EdgeAutoencoder(tissue.graphs, share, rng, device)


class PlainModel:
    """The same weights and masks in float64; the layers of a modality are one object."""

    def __init__(self, tissue, seed):
        self.tissue, self.rng = tissue, np.random.default_rng(seed)
        network = made_network(tissue, seed=seed)
        modalities = list(dict.fromkeys(graph.modality for graph in tissue.graphs))
        of_modality = {
            modality: plain.doubles(layers)
            for modality, layers in zip(modalities, network.encoder.rest, strict=True)
        }
        own = [plain.doubles(layer) for layer in network.encoder.first]
        self.encoders = [
            first + of_modality[graph.modality] for first, graph in zip(own, tissue.graphs, strict=True)
        ]
        self.decoders = [plain.doubles(decoder) for decoder in network.decoders]
        encoders = [p for layers in (*own, *of_modality.values()) for p in layers]
        decoders = [p for layers in self.decoders for p in layers]
        self.adam = plain.PlainAdam([(p, 1e-4) for p in encoders] + [(p, 5e-4) for p in decoders])

    def loss(self, i):
        graph = self.tissue.graphs[i]
        z = plain.perceptron(plain.hidden_quarter(graph, self.rng), self.encoders[i])
        p = torch.sigmoid(plain.perceptron(z @ z.T, self.decoders[i]))
        target = torch.tensor(graph.adjacency.toarray())
        return -torch.where(target, p.log(), (1 - p).log()).mean()

    def embed(self, i):
        features = torch.tensor(self.tissue.graphs[i].features).double()
        return plain.perceptron(features, self.encoders[i]).detach().numpy()


@pytest.mark.parametrize("case", ["usual", "one dataset", "unequal gene counts"])
def test_training_equals_a_plain_model(case):
    """Mask anew at each step, both Adam rates, embedding without mask."""
    tissue = usual_tissue() if case == "usual" else EDGE_CASES[case]()
    made = WSMAE(epochs=5).fit_embed(tissue, seed=3, device="cpu", progress=no_progress)
    model = PlainModel(tissue, seed=3)
    history = plain.trained(5, len(tissue.graphs), model.loss, model.adam.step)
    plain.assert_trained_alike(made, history, map(model.embed, range(len(made.values))), 1e-5, rel=1e-6)


def blocks(name, seed, n_genes=90, n_cells=50, n_modules=3):
    """A dataset whose genes follow their module's activity, joined to all genes of the module alone."""
    graph = gene_graph(name, [f"G{gene}" for gene in range(n_genes)], n_cells=n_cells, seed=seed)
    module = np.arange(n_genes) % n_modules
    activity = np.random.default_rng(seed).standard_normal((n_modules, n_cells)).astype(np.float32)
    return dataclasses.replace(
        graph,
        features=graph.features + 2 * activity[module],
        adjacency=type(graph.adjacency)(module[:, None] == module),
    )


def test_learns_the_graph_from_the_features():
    """Cross-entropy falls below that of the best constant, and genes of a module become alike."""
    tissue = Tissue("lung", "blocks", (blocks("a", 1), blocks("b", 2)))
    made = WSMAE(epochs=100).fit_embed(tissue, seed=0, device="cpu", progress=no_progress)
    best_constant = -(np.log(1 / 3) / 3 + 2 * np.log(2 / 3) / 3)
    assert made.history["loss"][-1] < 0.5 * best_constant
    within = np.arange(90)[:, None] % 3 == np.arange(90) % 3
    for values in made.values:
        rows = values / np.linalg.norm(values, axis=1, keepdims=True)
        cosine = rows @ rows.T
        assert cosine[within].mean() > cosine[~within].mean() + 0.5
