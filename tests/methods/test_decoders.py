"""What the decoder of a method reaches: counted pair by pair, on decoders taken out of the training."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from method_cases import CASES, fitted, graph_of

from geneboard.methods import gae, musegnn, wsmae
from geneboard.methods.decoders import edge_auc, with_decoder_auc
from geneboard.methods.vgae import VGAE

PATH = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1]])
"""Edges 01 and 12, none between 0 and 2; loops at 0 and 2."""

METHODS = {
    "gae": (gae, gae.GAE(epochs=3)),
    "vgae": (gae, VGAE(epochs=3)),
    "wsmae": (wsmae, wsmae.WSMAE(epochs=3)),
    "musegnn": (musegnn, musegnn.MuseGNN(epochs=3)),
}


def counted(logits, adjacency):
    """Share of (edge, other pair) in order, each pair of different genes once; ties count one half."""
    scores = {(i, j): (logits[i, j] + logits[j, i]) / 2 for j in range(len(logits)) for i in range(j)}
    edges = np.array([score for pair, score in scores.items() if adjacency[pair]])
    others = np.array([score for pair, score in scores.items() if not adjacency[pair]])
    return np.mean((edges[:, None] > others) + 0.5 * (edges[:, None] == others))


@pytest.mark.parametrize(
    ("logits", "adjacency", "expected"),
    [
        ([[9, 3, 1], [3, 9, 0], [1, 0, 9]], PATH, 0.5),
        ([[9, 4, 2], [0, 9, 3], [2, 3, 9]], PATH, 0.75),  # 01 has the mean of 4 and 0: a tie with 02
        ([[0, 3, 1], [3, 0, 2], [1, 2, 0]], PATH, 1.0),  # the diagonal would be the lowest
        ([[0, 3, 1], [3, 0, 2], [1, 2, 0]], np.eye(3), math.nan),
        ([[0, 3, 1], [3, 0, 2], [1, 2, 0]], 1 - np.eye(3), math.nan),
        ([[0]], np.ones((1, 1)), math.nan),
    ],
)
def test_each_pair_of_different_genes_counts_once(logits, adjacency, expected):
    graph = graph_of(adjacency)
    assert edge_auc(np.array(logits, np.float32), graph.adjacency) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("case", ["usual", "empty graph"])
def test_the_final_decoder_is_scored_on_the_embedding_that_is_returned(name, case, monkeypatch):
    module, method = METHODS[name]
    networks, tissue = [], CASES[case]()
    for making in ("EdgeAutoencoder", "MuseNetwork"):
        if made := getattr(module, making, None):
            monkeypatch.setattr(
                module, making, lambda *a, made=made, **k: networks.append(made(*a, **k)) or networks[-1]
            )
    embeddings = fitted(method, tissue)
    for number, (values, graph) in enumerate(zip(embeddings.values, tissue.graphs, strict=True)):
        z = torch.from_numpy(values)
        with torch.no_grad():
            logits = networks[0].decoders[number](z) if networks else z @ z.T
        adjacency = graph.adjacency.toarray()
        expected = counted(logits.numpy().astype(float), adjacency) if adjacency.any() else math.nan
        assert embeddings.history["decoder_AUC"][number] == pytest.approx(expected, abs=1e-5, nan_ok=True)


@pytest.mark.parametrize("name", METHODS)
def test_embedding_and_random_numbers_do_not_depend_on_it(name, monkeypatch):
    module, method = METHODS[name]
    with_it, states = fitted(method, CASES["usual"]()), []

    def state(embeddings, *_):
        states.append((torch.get_rng_state().tolist(), np.random.get_state()[1].tolist()))  # noqa: NPY002
        return embeddings

    def watched(embeddings, *rest):
        return state(with_decoder_auc(state(embeddings), *rest))

    monkeypatch.setattr(module, "with_decoder_auc", watched)
    assert fitted(method, CASES["usual"]()).history == with_it.history
    assert states[0] == states[1]
    monkeypatch.setattr(module, "with_decoder_auc", state)
    without = fitted(method, CASES["usual"]())
    assert [values.tobytes() for values in with_it.values] == [values.tobytes() for values in without.values]
    assert set(with_it.history) - set(without.history) == {"decoder_AUC"}
