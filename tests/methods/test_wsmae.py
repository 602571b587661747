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
        self.parameters = encoders + decoders  # in the order of the network's
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


def test_a_step_equals_a_plain_model():
    """Loss and gradients of the first step of each dataset."""
    tissue = usual_tissue()
    network, model = made_network(tissue, seed=1), PlainModel(tissue, seed=1)
    for i in range(3):
        network.zero_grad()
        ours, theirs = network.losses(i)["loss"], model.loss(i)
        assert ours.item() == pytest.approx(theirs.item(), rel=1e-6)
        ours.backward()
        gradients = torch.autograd.grad(theirs, model.parameters, allow_unused=True)
        for parameter, expected in zip(network.parameters(), gradients, strict=True):
            if expected is None:
                assert parameter.grad is None
            else:
                difference = (parameter.grad - expected).abs().max()
                assert difference <= 1e-5 * expected.abs().max()


@pytest.mark.parametrize("case", ["usual", "one dataset", "unequal gene counts"])
def test_training_equals_a_plain_model(case):
    """Mask anew at each step, both Adam rates, embedding without mask."""
    tissue = usual_tissue() if case == "usual" else EDGE_CASES[case]()
    made = WSMAE(epochs=5).fit_embed(tissue, seed=3, device="cpu", progress=no_progress)
    model = PlainModel(tissue, seed=3)
    history = []
    for _ in range(5):
        losses = []
        for i in range(len(tissue.graphs)):
            loss = model.loss(i)
            model.adam.step(loss)
            losses.append(loss.item())
        history.append(np.mean(losses))
    assert made.history["loss"] == pytest.approx(history, rel=1e-6)
    for i, values in enumerate(made.values):
        np.testing.assert_allclose(values, model.embed(i), atol=1e-5)


def test_layers_are_shared_within_a_modality_and_tissue_only():
    network = made_network(usual_tissue())
    for dataset, group in enumerate((0, 0, 1)):  # scrna, scrna, scatac
        network.zero_grad(set_to_none=True)
        network.losses(dataset)["loss"].backward()
        touched = {
            ".".join(name.split(".")[:3])
            for name, parameter in network.named_parameters()
            if parameter.grad is not None
        }
        decoder = {f"decoders.{dataset}.{layer}" for layer in ("first", "second", "third")}
        assert touched == {f"encoder.first.{dataset}", f"encoder.rest.{group}"} | decoder


def test_embedding_does_not_depend_on_the_mask():
    tissue = usual_tissue()
    network = made_network(tissue)
    with torch.no_grad():
        for i, graph in enumerate(tissue.graphs):
            before = network.embed(i)
            network.losses(i)  # draws a mask
            assert torch.equal(network.embed(i), before)
            assert torch.equal(network.encoder(i, torch.tensor(graph.features)), before)
    untrained = [
        WSMAE(epochs=0, masked_share=share).fit_embed(tissue, seed=5, device="cpu", progress=no_progress)
        for share in (0.0, 0.9)
    ]
    for first, second in zip(untrained[0].values, untrained[1].values, strict=True):
        np.testing.assert_array_equal(first, second)


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
