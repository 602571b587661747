"""MuSe-GNN: its steps against plain torch_geometric, its sampling, its learning."""

import numpy as np
import pytest
import torch
from method_cases import CASES, cosines, fitted, modular_graph, tissue_of
from musegnn_cases import objective_of
from plain_musegnn import PlainMuse
from sklearn.metrics import roc_auc_score
from transformer_weights import stacked

from geneboard.benchmark.tasks.embedding.bench import step_flop, time_epoch
from geneboard.methods.muse_network import MuseNetwork
from geneboard.methods.musegnn import MuseGNN
from geneboard.methods.pca import PCA


def prepared(tissue):
    objective, rng = objective_of(tissue)
    plain = PlainMuse(objective.settings, objective.network, tissue.graphs)
    draws = [objective.draw(i, rng) for _ in range(3) for i in range(len(tissue.graphs))]
    return objective.network, objective, plain, draws


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


@pytest.mark.parametrize("case", CASES)
def test_step_equals_plain_torch_geometric(case):
    tissue = CASES[case]()
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
    _, fast, plain, draws = prepared(CASES["usual"]())
    optimizers = fast.settings.optimizer(fast.network), plain.optimizer()
    for draw in draws:
        losses = fast.losses(draw)["loss"], plain.loss(draw)
        assert losses[0].item() == pytest.approx(losses[1].item(), abs=1e-5)
        for loss, optimizer in zip(losses, optimizers, strict=True):
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()


def test_layers_are_shared_within_a_modality_and_tissue_only():
    network = MuseNetwork(CASES["usual"]().graphs)  # scrna, scrna, scatac
    assert network.group == [0, 0, 1]
    assert len(network.shared_layers) == 2
    assert len(network.first_layers) == len(network.decoders) == 3


def test_draws_obey_the_rules_and_change_each_time():
    tissue = CASES["usual"]()
    objective, rng = objective_of(tissue)
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
            assert len(set(anchors)) == len(anchors) <= 20
            assert (anchors != positives).all()
            assert own.adjacency.toarray()[anchors, positives].all()
    assert any(len(draw.anchors[0]) == 20 for draw in draws)


def test_parts_that_do_not_exist_are_absent():
    def parts(case):
        _, fast, _, draws = prepared(CASES[case]())
        return set(fast.losses(draws[0]))

    assert parts("one dataset") == {"loss", "reconstruction"}
    assert parts("identical genes") == {"loss", "reconstruction", "similarity"}
    assert parts("disjoint genes") == {"loss", "reconstruction", "contrastive"}
    assert parts("empty graphs, disjoint genes") == {"loss", "reconstruction"}
    assert parts("unequal gene counts") == {"loss", "reconstruction", "similarity", "contrastive"}


def planted_graph(number):
    """Genes of a module share a weak activity; two of them are joined five times as often as others."""
    pool = np.random.default_rng(number).permutation(160)[:120]
    return modular_graph(
        str(number),
        [f"G{gene}" for gene in pool],
        n_modules=6,
        n_cells=60,
        signal=0.35,
        noise=1.0,
        joined=(0.6, 0.12),
        module=pool % 6,
        seed=number,
    )


def auc(embeddings, tissue):
    scores = []
    for graph, values in zip(tissue.graphs, embeddings.values, strict=True):
        above = np.triu_indices(graph.n_genes, 1)
        scores.append(roc_auc_score(graph.adjacency.toarray()[above], cosines(values)[above]))
    return float(np.mean(scores))


def test_learns_the_graph_better_than_pca():
    tissue = tissue_of(*map(planted_graph, range(3)))
    learned, untrained, pca = (fitted(m, tissue) for m in (MuseGNN(epochs=80), MuseGNN(epochs=0), PCA()))
    assert auc(learned, tissue) > auc(pca, tissue) + 0.03
    assert auc(learned, tissue) > auc(untrained, tissue) + 0.03
    loss = learned.history["loss"]
    assert len(loss) == 80
    assert np.mean(loss[-10:]) < loss[0] - 0.2
    assert np.mean(learned.history["similarity"][-10:]) > learned.history["similarity"][0]


def test_time_epoch():
    threads = torch.get_num_threads()
    figures = time_epoch(CASES["usual"](), threads=1, repeats=1)
    assert torch.get_num_threads() == threads
    assert figures["ratio"] == pytest.approx(figures["plain_seconds"] / figures["fast_seconds"])
    assert figures["fast_seconds"] > 0
    assert figures["gflop"] > 0


def test_flop_count_of_the_linear_parts_equals_torch_s_count():
    """Torch's counter leaves the fused attention out; what is left must agree."""
    from torch.utils.flop_counter import FlopCounterMode

    tissue = CASES["usual"]()
    _, fast, _, draws = prepared(tissue)
    draw = draws[0]
    with FlopCounterMode(display=False) as counter:
        fast.losses(draw)["loss"].backward()
    contrastive = 3 * 2 * draw.n_anchors**2 * 32
    attention = sum(8 * 6 * 2 * tissue.graphs[k].n_genes ** 2 * 32 for k in (draw.dataset, draw.partner))
    assert step_flop(tissue, draw) - attention == counter.get_total_flops() - contrastive


def test_comparisons_of_datasets_are_made_when_drawn_and_grow_with_their_number():
    tissue = tissue_of(*(planted_graph(number) for number in range(3)))
    objective, rng = objective_of(tissue)
    assert objective.pair.cache_info().currsize == 0
    objective.draw(0, rng)
    assert objective.pair.cache_info().currsize == 1
    assert objective.pair.cache_info().maxsize == 16 * 3
