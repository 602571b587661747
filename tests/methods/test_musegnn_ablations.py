"""What the ablations of MuSe-GNN leave out, and that nothing else changes."""

import numpy as np
import pytest
import torch
from musegnn_cases import ABLATIONS
from plain_musegnn import PlainMuse

from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES, gene_graph, usual_tissue
from geneboard.datasets.base import Tissue
from geneboard.methods.base import no_progress
from geneboard.methods.muse_network import MuseNetwork
from geneboard.methods.musegnn import MuseGNN, MuseObjective
from geneboard.methods.training import seeded


def prepared(tissue, seed=0, **settings):
    method = MuseGNN(anchors=20, **settings)
    with seeded(seed, "cpu") as (rng, device):
        network = MuseNetwork(tissue.graphs, method.encoder, share_weights=method.share_weights)
        return MuseObjective(method, network, tissue.graphs, device), rng


@pytest.mark.parametrize("ablation", [*ABLATIONS, "other weights"])
@pytest.mark.parametrize("case", ["usual", "disjoint genes", "isolated genes"])
def test_ablation_equals_plain_torch_geometric(ablation, case):
    settings = ABLATIONS.get(ablation, {"similarity_weight": 0.3, "contrastive_weight": 2.0})
    tissue = usual_tissue() if case == "usual" else EDGE_CASES[case]()
    objective, rng = prepared(tissue, **settings)
    plain = PlainMuse(objective.settings, objective.network, tissue.graphs)
    for dataset in range(len(tissue.graphs)):
        draw = objective.draw(dataset, rng)
        ours, theirs = objective.losses(draw)["loss"], plain.loss(draw)
        assert ours.item() == pytest.approx(theirs.item(), abs=1e-5)


def test_parts_switched_off_are_not_reported():
    def reported(settings):
        made = MuseGNN(epochs=2, **settings).fit_embed(
            usual_tissue(), seed=0, device="cpu", progress=no_progress
        )
        return set(made.history) - {"loss", "reconstruction"}

    assert reported({}) == {"similarity", "contrastive"}
    assert reported(ABLATIONS["no similarity"]) == {"contrastive"}
    assert reported(ABLATIONS["no contrastive loss"]) == {"similarity"}
    assert reported(ABLATIONS["reconstruction only"]) == set()


def test_without_contrastive_loss_only_the_partner_is_drawn():
    objective, rng = prepared(usual_tissue(), contrastive_weight=0.0)
    reference = np.random.default_rng(0)
    rng.bit_generator.state = reference.bit_generator.state
    for dataset in (0, 1, 2, 0):
        draw = objective.draw(dataset, rng)
        others = [j for j in range(3) if j != dataset]
        assert draw.partner == others[reference.integers(2)]
        assert draw.n_anchors == 0
    assert rng.bit_generator.state == reference.bit_generator.state


@pytest.mark.parametrize(
    ("settings", "case", "encoded"),
    [
        ({}, "disjoint genes", 2),
        ({"contrastive_weight": 0.0}, "disjoint genes", 1),
        ({}, "identical genes", 2),
        ({"similarity_weight": 0.0}, "identical genes", 1),
        (ABLATIONS["reconstruction only"], "unequal gene counts", 1),
    ],
)
def test_partner_is_encoded_only_where_a_loss_needs_it(settings, case, encoded, monkeypatch):
    objective, rng = prepared(EDGE_CASES[case](), **settings)
    seen = []
    encode = objective.network.encode
    monkeypatch.setattr(objective.network, "encode", lambda i, *rest: (seen.append(i), encode(i, *rest))[1])
    objective.losses(objective.draw(0, rng))
    assert seen == [0, 1][:encoded]


def of_one_family():
    names = [f"G{k}" for k in range(60)]
    return Tissue(
        "lung", "generated", tuple(gene_graph(str(k), names[10 * k : 10 * k + 40], seed=k) for k in range(3))
    )


@pytest.mark.parametrize("share_weights", [True, False])
def test_step_touches_the_later_layers_of_other_datasets_only_if_shared(share_weights):
    tissue = of_one_family()
    objective, rng = prepared(tissue, share_weights=share_weights)
    network = objective.network
    assert len(network.shared_layers) == (1 if share_weights else 3)
    draw = objective.draw(0, rng)
    (bystander,) = {1, 2} - {draw.partner}
    layers = [network.shared_layers[network.group[dataset]] for dataset in range(3)]
    before = [[parameter.detach().clone() for parameter in layer.parameters()] for layer in layers]
    embedding = objective.embed(bystander).detach()
    optimizer = objective.settings.optimizer(network)
    objective.losses(draw)["loss"].backward()
    optimizer.step()
    changed = [
        any(not torch.equal(old, new) for old, new in zip(values, layer.parameters(), strict=True))
        for values, layer in zip(before, layers, strict=True)
    ]
    assert changed[0]
    assert changed[draw.partner]
    assert changed[bystander] == share_weights
    assert torch.equal(objective.embed(bystander), embedding) != share_weights


@pytest.mark.parametrize("encoder", ["transformer", "gcn"])
def test_sharing_makes_no_difference_to_a_single_dataset(encoder):
    tissue = EDGE_CASES["one dataset"]()
    shared, own = (
        MuseGNN(epochs=4, encoder=encoder, share_weights=share).fit_embed(
            tissue, seed=5, device="cpu", progress=no_progress
        )
        for share in (True, False)
    )
    assert np.array_equal(shared.values[0], own.values[0])
    assert shared.history == own.history
