"""L1000 GNN: its loss and states computed plainly, what datasets share, and datasets out of the ordinary."""

import dataclasses

import numpy as np
import pytest
import torch
from landmark_cases import module_auc, names, renamed, without_edges
from method_cases import embedded, fitted, modular_graph, tissue_of

from geneboard.methods.l1000_gnn import L1000GNN, LandmarkNetworks
from geneboard.methods.landmark_genes import standardised

SMALL = L1000GNN(hidden=8, n_layers=3, n_similar=4, epochs=3)


def two_datasets():
    first = modular_graph("a", list(np.random.default_rng(0).permutation(names(6, 30))), seed=1)
    return first, modular_graph("b", names(5, 20, first=2), n_cells=50, seed=2)


def networks_of(*graphs, seed=0, **settings):
    torch.manual_seed(0)
    method = dataclasses.replace(SMALL, **settings)
    return LandmarkNetworks(method, tissue_of(*graphs), np.random.default_rng(seed))


def test_loss_is_the_mean_error_of_withheld_landmarks_and_other_genes():
    networks = networks_of(*two_datasets(), seed=5, withheld=0.4)
    order = networks.orders[1]
    found = float(networks.losses(1)["loss"].detach())

    rng = np.random.default_rng(5)
    truth = standardised(two_datasets()[1].features)[:, order][rng.permutation(50)[:4]]
    withheld = rng.random((4, 5)) < 0.4
    assert 0 < withheld.sum() < withheld.size
    errors = []
    for cell, hidden in zip(truth, withheld, strict=True):
        given = np.where(hidden, 0.0, cell[:5])
        with torch.no_grad():
            inferred = networks.networks[1](torch.from_numpy(given[None].astype(np.float32)))[0].numpy()
        errors += list(np.abs(inferred - cell)[np.append(hidden, np.ones(20, dtype=bool))])
    assert found == pytest.approx(np.mean(errors), abs=1e-6)


def test_mean_states_are_in_the_order_of_the_genes():
    graph = two_datasets()[0]
    networks = networks_of(graph, cells=1000)  # all cells
    order = networks.orders[0]
    cells = standardised(graph.features)[:, order][:, :6].astype(np.float32)
    with torch.no_grad():
        states = [networks.networks[0].states(torch.from_numpy(cell[None]))[:, 0] for cell in cells]
    expected = torch.stack(states).mean(dim=0).numpy()
    found = networks.mean_states(0)
    np.testing.assert_allclose(found[order], expected, atol=1e-5)
    assert set(graph.genes[order[:6]]) == set(names(6, 0))


def test_states_of_at_most_so_many_cells():
    graph = two_datasets()[0]
    every, few = networks_of(graph, cells=80), networks_of(graph, cells=3)
    assert not np.allclose(every.mean_states(0), few.mean_states(0))


def test_what_datasets_share():
    networks = networks_of(*two_datasets())
    first, second = networks.networks
    assert first.value_weights is second.value_weights
    assert first.readout is second.readout
    vectors = {}
    for graph, order, network in zip(two_datasets(), networks.orders, (first, second), strict=True):
        both = torch.cat([network.landmark_vectors, network.target_vectors]).detach().numpy()
        for gene, vector in zip(graph.genes[order], both, strict=True):
            np.testing.assert_array_equal(vectors.setdefault(gene, vector), vector)
    assert len(vectors) == 30 + 7  # landmarks 0-5 and 2-6
    assert len({vector.tobytes() for vector in vectors.values()}) == len(vectors)


@pytest.mark.parametrize("system", ["ensembl", "entrez"])
def test_other_names_for_landmarks_change_nothing(system):
    graphs = two_datasets()
    changed = [renamed(graph, system) for graph in graphs]
    for one, other in zip(embedded(SMALL, *graphs), embedded(SMALL, *changed), strict=True):
        np.testing.assert_array_equal(one, other)


def test_training_lowers_the_loss_and_recovers_modules():
    method = L1000GNN(hidden=32, n_layers=2, epochs=300)
    graphs = [modular_graph("a", names(12, 60), seed=1), modular_graph("b", names(12, 60), seed=2)]
    made = fitted(method, tissue_of(*graphs))
    loss = made.history["loss"]
    assert np.mean(loss[-20:]) < 0.75 * np.mean(loss[:20])
    start = embedded(dataclasses.replace(method, epochs=0), *graphs)
    for trained, untrained in zip(made.values, start, strict=True):
        assert module_auc(trained) > 0.7  # landmarks too
        assert abs(module_auc(untrained) - 0.5) < 0.1


def test_a_dataset_without_landmarks_or_without_other_genes():
    values = embedded(
        SMALL,
        modular_graph("a", names(6, 30)),
        modular_graph("b", names(0, 30), seed=1),
        modular_graph("c", names(12, 0), seed=2),
        modular_graph("d", names(2, 1), n_cells=2, seed=3),
        without_edges("e", names(3, 10), np.ones((13, 9))),
    )
    assert [len(part) for part in values] == [36, 30, 12, 3, 13]
    assert all(np.isfinite(part).all() for part in values)


def test_tissues_without_landmarks_are_declined():
    tissue = tissue_of(modular_graph("a", names(1, 20)))
    assert "no dataset has 2 of the 978 landmarks" in SMALL.skip(tissue)
