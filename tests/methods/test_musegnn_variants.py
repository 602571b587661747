"""Variants of MuSe-GNN: other encoders, and ablations that leave out what they say and nothing else."""

import dataclasses
import functools

import numpy as np
import pytest
import torch
from method_cases import CASES, fitted, numbered, tissue_of, trials_of
from musegnn_cases import objective_of
from plain_musegnn import PlainMuse
from torch_geometric.nn import GATConv, GATv2Conv, GCNConv, GPSConv, TransformerConv

from geneboard.benchmark import registry
from geneboard.benchmark.cells.presets import PRESETS
from geneboard.benchmark.cells.settings import settings_of
from geneboard.benchmark.plugin_kit.compliance import RULES
from geneboard.benchmark.plugin_kit.compliance_tissues import gene_graph
from geneboard.datasets.errors import InputError
from geneboard.methods.encoders import convolution, convolution_with_skip, graph_form
from geneboard.methods.layers import GraphTransformer, NeighbourMask
from geneboard.methods.musegnn import MuseGNN

CPU = torch.device("cpu")
ABLATIONS = {
    "no similarity": {"similarity_weight": 0.0},
    "no contrastive loss": {"contrastive_weight": 0.0},
    "reconstruction only": {"similarity_weight": 0.0, "contrastive_weight": 0.0},
    "no sharing": {"share_weights": False},
}


OTHERS = {
    "other weights": {"similarity_weight": 0.3, "contrastive_weight": 2.0},
    "one head": {"heads": 1},
    "two heads": {"heads": 2},
    "eight heads": {"heads": 8},
}


@pytest.mark.parametrize("ablation", [*ABLATIONS, *OTHERS])
@pytest.mark.parametrize("case", ["usual", "disjoint genes", "isolated genes"])
def test_ablation_equals_plain_torch_geometric(ablation, case):
    settings = {**ABLATIONS, **OTHERS}[ablation]
    tissue = CASES[case]()
    objective, rng = objective_of(tissue, **settings)
    plain = PlainMuse(objective.settings, objective.network, tissue.graphs)
    for dataset in range(len(tissue.graphs)):
        draw = objective.draw(dataset, rng)
        ours, theirs = objective.losses(draw)["loss"], plain.loss(draw)
        assert ours.item() == pytest.approx(theirs.item(), abs=1e-5)


def test_parts_switched_off_are_not_reported():
    def reported(settings):
        made = fitted(MuseGNN(epochs=2, **settings), CASES["usual"]())
        return set(made.history) - {"loss", "reconstruction", "decoder_AUC"}

    assert reported({}) == {"similarity", "contrastive"}
    assert reported(ABLATIONS["no similarity"]) == {"contrastive"}
    assert reported(ABLATIONS["no contrastive loss"]) == {"similarity"}
    assert reported(ABLATIONS["reconstruction only"]) == set()


def test_without_contrastive_loss_only_the_partner_is_drawn():
    objective, rng = objective_of(CASES["usual"](), contrastive_weight=0.0)
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
    objective, rng = objective_of(CASES[case](), **settings)
    seen = []
    encode = objective.network.encode
    monkeypatch.setattr(objective.network, "encode", lambda i, *rest: (seen.append(i), encode(i, *rest))[1])
    objective.losses(objective.draw(0, rng))
    assert seen == [0, 1][:encoded]


@pytest.mark.parametrize("share_weights", [True, False])
def test_step_touches_the_later_layers_of_other_datasets_only_if_shared(share_weights):
    tissue = tissue_of(*(gene_graph(str(k), numbered(40, 10 * k), seed=k) for k in range(3)))
    objective, rng = objective_of(tissue, share_weights=share_weights)
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
    tissue = CASES["one dataset"]()
    shared, own = (
        fitted(MuseGNN(epochs=4, encoder=encoder, share_weights=share), tissue, seed=5)
        for share in (True, False)
    )
    assert np.array_equal(shared.values[0], own.values[0])
    assert shared.history == own.history


GRAPH = gene_graph("a", numbered(60), isolated=(0, 17, 59))
ENCODER_CLASSES = {
    "transformer": GraphTransformer,
    "gcn": GCNConv,
    "gat": GATConv,
    "gps": GPSConv,
    "GATv2Conv": GATv2Conv,
    "TransformerConv": TransformerConv,
    "SAGEConv": None,
    "ARMAConv": None,
}


@pytest.mark.parametrize("encoder", ENCODER_CLASSES)
def test_kinds_and_widths(encoder):
    graph = graph_form(encoder, GRAPH.adjacency, CPU)
    x = torch.randn(60, 24)
    layer = convolution(encoder, 24, 128, heads=4)
    assert layer(x, graph).shape == (60, 128)
    assert convolution_with_skip(encoder, 24, 64, heads=2)(x, graph).shape == (60, 96)
    assert convolution_with_skip(encoder, 24, 64, heads=1)(x, graph).shape == (60, 96)
    if ENCODER_CLASSES[encoder] is not None:
        assert isinstance(layer.layer if encoder == "gps" else layer, ENCODER_CLASSES[encoder])
    if encoder not in ("gcn", "gps", "SAGEConv", "ARMAConv"):
        assert layer.heads == 4


def test_each_encoder_takes_the_graph_in_its_form():
    dense = np.zeros((60, 60), dtype=bool)
    dense[[0, 3], [2, 3]] = True  # directed: gene 0 hears gene 2
    adjacency = type(GRAPH.adjacency)(dense)
    mask = graph_form("transformer", adjacency, CPU)
    assert isinstance(mask, NeighbourMask)
    assert torch.equal(mask.bias == 0, torch.tensor(dense))
    assert graph_form("gat", adjacency, CPU).tolist() == [[2, 3], [0, 3]]  # source, target


@pytest.mark.parametrize("encoder", ["gcn", "gat", "gps", "GATv2Conv"])
def test_encoder_learns_and_repeats(encoder):
    made, again = (fitted(MuseGNN(epochs=n, encoder=encoder), CASES["usual"]()) for n in (10, 3))
    losses = made.history["reconstruction"]
    assert losses[-1] < losses[0] - 0.1
    assert again.history["reconstruction"] == losses[:3]
    assert made.dim == 32


@pytest.mark.parametrize(
    ("encoder", "sentence"),
    [
        ("gatconv", "there is no encoder 'gatconv'; did you mean 'GATConv'?"),
        ("zzz", "there is no encoder 'zzz'; known are transformer, gcn, gat, gps, GPSConv, "),
        ("ChebConv", "cannot be made of widths, states and edges alone: .*missing.*'K'"),
        ("MixHopConv", "cannot be made of widths, states and edges alone: its output is 192 wide, not 64"),
    ],
)
def test_encoders_that_cannot_be_made(encoder, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        MuseGNN(encoder=encoder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("heads", [0, 3, -4, 256])
def test_heads_divide_the_width(heads):
    with pytest.raises(ValueError, match=f"^{heads} heads do not divide the width of 128$"):
        MuseGNN(heads=heads)


def test_checking_an_encoder_draws_no_random_number():
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    MuseGNN(encoder="GATv2Conv")
    assert torch.equal(torch.rand(1), expected)


VARIANTS = {**ABLATIONS, **{encoder: {"encoder": encoder} for encoder in ("gcn", "gat", "gps", "GATv2Conv")}}


@functools.cache
def trials_of_variant(name):
    """Watched runs of MuSe-GNN with other defaults, shared by the rules."""
    fields = [(key, type(value), dataclasses.field(default=value)) for key, value in VARIANTS[name].items()]
    return trials_of(dataclasses.make_dataclass("Variant", fields, bases=(MuseGNN,), frozen=True))


@pytest.mark.parametrize(
    "rule",
    [
        "trains",
        "finiteness",
        "same seed, same bytes",
        "another seed differs",
        "global state restored",
        "one dataset",
        "disjoint genes",
        "identical genes",
        "empty graph",
    ],
)
@pytest.mark.parametrize("variant", VARIANTS)
def test_variant_obeys(variant, rule):
    RULES[rule](trials_of_variant(variant))


def test_settings_of_variants():
    entry = registry.methods()["musegnn"]
    with pytest.raises(InputError, match=r"musegnn: there is no encoder 'GATv3Conv'; did you mean 'GAT"):
        settings_of(entry, PRESETS["quick"], {"encoder": "GATv3Conv"})
    assert settings_of(entry, PRESETS["quick"], {"encoder": "gat"}).overrides == {"encoder": "gat"}
    for text in ("False", "false"):
        overrides = settings_of(entry, PRESETS["quick"], {"share_weights": text}).overrides
        assert overrides == {"share_weights": False}
