"""MuSe-GNN: its steps against plain torch_geometric, its sampling, its learning."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import torch
from plain_musegnn import PlainMuse
from scipy import sparse
from sklearn.metrics import roc_auc_score
from transformer_weights import stacked

from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES, usual_tissue
from geneboard.benchmark.tasks.embedding.bench import step_flop, time_epoch
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.base import no_progress
from geneboard.methods.muse_network import MuseNetwork
from geneboard.methods.musegnn import MuseGNN, MuseObjective
from geneboard.methods.pca import PCA
from geneboard.methods.training import seeded

SETTINGS = MuseGNN(anchors=20)


def prepared(tissue, seed=0):
    with seeded(seed, "cpu") as (rng, device):
        network = MuseNetwork(tissue.graphs)
        fast = MuseObjective(SETTINGS, network, tissue.graphs, device)
        plain = PlainMuse(SETTINGS, network, tissue.graphs)
        draws = [fast.draw(i, rng) for _ in range(3) for i in range(len(tissue.graphs))]
    return network, fast, plain, draws


def assert_same_gradient(ours, theirs):
    if theirs is None or ours is None:
        assert ours is theirs  # a layer that takes no part has no gradient in either
        return
    assert (ours - theirs).abs().max() <= 1e-5 * theirs.abs().max().clamp(min=1e-3)


def attention_layers(network, plain):
    """Each fused attention with the plain convolutions that it stands for."""
    for layer, conv in zip(network.first_layers, plain.first, strict=True):
        yield layer.convolution, [conv.conv]
    for layer, conv in zip(network.shared_layers, plain.shared, strict=True):
        yield layer.wide, [conv.conv2, conv.skip]
        yield layer.narrow, [conv.conv3]


@pytest.mark.parametrize("case", ["usual", *EDGE_CASES])
def test_step_equals_plain_torch_geometric(case):
    tissue = usual_tissue() if case == "usual" else EDGE_CASES[case]()
    network, fast, plain, draws = prepared(tissue)
    for draw in draws:
        network.zero_grad()
        plain.zero_grad()
        ours, theirs = fast.losses(draw)["loss"], plain.loss(draw)
        assert ours.item() == pytest.approx(theirs.item(), abs=1e-5)
        ours.backward()
        theirs.backward()
        for layer, convs in attention_layers(network, plain):
            for parameter in ("weight", "bias"):
                ours_gradient = getattr(layer.projections, parameter).grad
                if ours_gradient is None:
                    assert all(getattr(conv.lin_value, parameter).grad is None for conv in convs)
                else:
                    assert_same_gradient(ours_gradient, stacked(convs, parameter, gradient=True))
        norms = [*zip(network.first_layers, plain.first, strict=True)]
        norms += [*zip(network.shared_layers, plain.shared, strict=True)]
        for layer, copy in norms:
            for a, b in zip(layer.norm.parameters(), copy.norm.parameters(), strict=True):
                assert_same_gradient(a.grad, b.grad)
        for decoder, copy in zip(network.decoders, plain.decoders, strict=True):
            for a, b in zip(decoder.parameters(), copy.parameters(), strict=True):
                assert_same_gradient(a.grad, b.grad)


def test_training_stays_with_plain_torch_geometric():
    """Losses of three epochs, optimiser included."""
    _, fast, plain, draws = prepared(usual_tissue())
    optimizers = SETTINGS.optimizer(fast.network), plain.optimizer()
    for draw in draws:
        losses = fast.losses(draw)["loss"], plain.loss(draw)
        assert losses[0].item() == pytest.approx(losses[1].item(), abs=1e-5)
        for loss, optimizer in zip(losses, optimizers, strict=True):
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()


def test_published_settings():
    method = MuseGNN()
    assert dataclasses.asdict(method) == {
        "epochs": 2000,
        "learning_rate": 1e-4,
        "decoder_learning_rate": 1e-3,
        "similarity_weight": 1.0,
        "contrastive_weight": 0.01,
        "temperature": 0.07,
        "anchors": 100,
        "encoder": "transformer",
        "share_weights": True,
        "patience": 0,
    }
    network = MuseNetwork(usual_tissue().graphs)
    rates = {
        id(parameter): group["lr"]
        for group in method.optimizer(network).param_groups
        for parameter in group["params"]
    }
    decoders = {id(parameter) for parameter in network.decoders.parameters()}
    for parameter in network.parameters():
        assert rates[id(parameter)] == (1e-3 if id(parameter) in decoders else 1e-4)


def test_layers_are_shared_within_a_modality_and_tissue_only():
    network = MuseNetwork(usual_tissue().graphs)  # scrna, scrna, scatac
    assert network.group == [0, 0, 1]
    assert len(network.shared_layers) == 2
    assert len(network.first_layers) == len(network.decoders) == 3


def test_draws_obey_the_rules_and_change_each_time():
    tissue = usual_tissue()
    with seeded(0, "cpu") as (rng, device):
        objective = MuseObjective(SETTINGS, MuseNetwork(tissue.graphs), tissue.graphs, device)
        draws = [objective.draw(0, rng) for _ in range(50)]
    assert {draw.partner for draw in draws} == {1, 2}
    assert len({draw.positives[0].tobytes() for draw in draws}) > 25
    for draw in draws:
        pair = tissue.graphs[draw.dataset], tissue.graphs[draw.partner]
        for own, other, anchors, positives in zip(
            pair, pair[::-1], draw.anchors, draw.positives, strict=True
        ):
            lacking = set(own.genes) - set(other.genes)
            assert set(own.genes[anchors]) <= lacking
            assert len(set(anchors)) == len(anchors) <= SETTINGS.anchors
            assert (anchors != positives).all()
            assert own.adjacency.toarray()[anchors, positives].all()
    assert any(len(draw.anchors[0]) == SETTINGS.anchors for draw in draws)


def test_parts_that_do_not_exist_are_absent():
    def parts(case):
        _, fast, _, draws = prepared(EDGE_CASES[case]())
        return set(fast.losses(draws[0]))

    assert parts("one dataset") == {"loss", "reconstruction"}
    assert parts("identical genes") == {"loss", "reconstruction", "similarity"}
    assert parts("disjoint genes") == {"loss", "reconstruction", "contrastive"}
    assert parts("empty graphs, disjoint genes") == {"loss", "reconstruction"}
    assert parts("unequal gene counts") == {"loss", "reconstruction", "similarity", "contrastive"}


def planted_tissue(n_genes=120, n_cells=60, n_modules=6, seed=0):
    """Genes of a module share a weak activity; two of them are joined five times as often as others."""
    rng = np.random.default_rng(seed)
    graphs = []
    for k in range(3):
        pool = rng.permutation(160)[:n_genes]
        module = pool % n_modules
        activity = rng.standard_normal((n_modules, n_cells))
        noise = rng.standard_normal((n_genes, n_cells))
        features = (0.35 * activity[module] + noise).astype(np.float32)
        chance = np.where(module[:, None] == module, 0.6, 0.12)
        upper = np.triu(rng.random((n_genes, n_genes)) < chance, 1)
        edges = sparse.csr_matrix(upper | upper.T | np.eye(n_genes, dtype=bool))
        genes = pd.Index([f"G{gene}" for gene in pool])
        graphs.append(GeneGraph(f"scrna_lung__{k}", "lung", "scrna", "human", genes, features, edges))
    return Tissue("lung", "planted", tuple(graphs))


def auc(embeddings, tissue):
    scores = []
    for graph, values in zip(tissue.graphs, embeddings.values, strict=True):
        rows = values / np.linalg.norm(values, axis=1, keepdims=True)
        above = np.triu_indices(graph.n_genes, 1)
        scores.append(roc_auc_score(graph.adjacency.toarray()[above], (rows @ rows.T)[above]))
    return float(np.mean(scores))


def test_learns_the_graph_better_than_pca():
    tissue = planted_tissue()
    reports = []
    learned = MuseGNN(epochs=80).fit_embed(
        tissue, seed=0, device="cpu", progress=lambda done, total, **values: reports.append((done, total))
    )
    pca = PCA().fit_embed(tissue, seed=0, device="cpu", progress=no_progress)
    untrained = MuseGNN(epochs=0).fit_embed(tissue, seed=0, device="cpu", progress=no_progress)
    assert auc(learned, tissue) > auc(pca, tissue) + 0.03
    assert auc(learned, tissue) > auc(untrained, tissue) + 0.03
    loss = learned.history["loss"]
    assert len(loss) == 80
    assert np.mean(loss[-10:]) < loss[0] - 0.2
    assert np.mean(learned.history["similarity"][-10:]) > learned.history["similarity"][0]
    assert reports == [(k, 80) for k in range(1, 81)]


def test_time_epoch():
    threads = torch.get_num_threads()
    figures = time_epoch(usual_tissue(), threads=1, repeats=1)
    assert torch.get_num_threads() == threads
    assert figures["ratio"] == pytest.approx(figures["plain_seconds"] / figures["fast_seconds"])
    assert figures["fast_seconds"] > 0
    assert figures["gflop"] > 0


def test_flop_count_of_the_linear_parts_equals_torch_s_count():
    """Torch's counter leaves the fused attention out; what is left must agree."""
    from torch.utils.flop_counter import FlopCounterMode

    tissue = usual_tissue()
    _, fast, _, draws = prepared(tissue)
    draw = draws[0]
    with FlopCounterMode(display=False) as counter:
        fast.losses(draw)["loss"].backward()
    contrastive = 3 * 2 * draw.n_anchors**2 * 32
    attention = sum(8 * 6 * 2 * tissue.graphs[k].n_genes ** 2 * 32 for k in (draw.dataset, draw.partner))
    assert step_flop(tissue, draw) - attention == counter.get_total_flops() - contrastive
