"""Default settings, published ones where there are any, and the early stop of all that train on graphs."""

import dataclasses

import pytest
from method_cases import CASES, fitted

from geneboard.methods.consensus_spectral import ConsensusSpectral
from geneboard.methods.gae import GAE
from geneboard.methods.gene2vec import Gene2vec
from geneboard.methods.giant import GIANT
from geneboard.methods.mae import MAE
from geneboard.methods.musegnn import MuseGNN
from geneboard.methods.scbert import ScBert
from geneboard.methods.vgae import VGAE
from geneboard.methods.wsmae import WSMAE

SETTINGS = {
    GAE: {"epochs": 2000, "learning_rate": 1e-4, "patience": 0},
    VGAE: {"epochs": 3000, "learning_rate": 1e-3, "patience": 0},
    MAE: {
        "epochs": 1000,
        "learning_rate": 5e-4,
        "decoder_learning_rate": 1e-3,
        "masked_share": 0.25,
        "share_weights": True,
        "patience": 0,
    },
    WSMAE: {
        "epochs": 2000,
        "learning_rate": 1e-4,
        "decoder_learning_rate": 5e-4,
        "masked_share": 0.25,
        "patience": 0,
    },
    MuseGNN: {
        "epochs": 2000,
        "learning_rate": 1e-4,
        "decoder_learning_rate": 1e-3,
        "similarity_weight": 1.0,
        "contrastive_weight": 0.01,
        "temperature": 0.07,
        "anchors": 100,
        "encoder": "transformer",
        "heads": 4,
        "share_weights": True,
        "patience": 0,
    },
    Gene2vec: {
        "epochs": 10,
        "learning_rate": 0.025,
        "last_learning_rate": 0.0001,
        "negative": 5,
        "sample": 1e-3,
    },
    GIANT: {
        "walks_per_gene": 20,
        "walk_length": 10,
        "p": 0.2,
        "q": 5.0,
        "window": 5,
        "negatives": 5,
        "tie_weight": 1.0,
        "patience": 0,
    },
    ScBert: {
        "learning_rate": 1e-3,
        "layers": 2,
        "heads": 4,
        "width": 64,
        "levels": 5,
        "masked": 0.15,
        "replaced": 0.9,
    },
    ConsensusSpectral: {"propagation": 0.5},
}


@pytest.mark.parametrize("method", SETTINGS)
def test_defaults(method):
    made = dataclasses.asdict(method())
    assert {name: made[name] for name in SETTINGS[method]} == SETTINGS[method]
    if method not in (GIANT, ScBert):  # lengths of training, and bounds, of our own
        assert set(made) == set(SETTINGS[method])


@pytest.mark.parametrize(
    ("method", "epochs"),
    [
        (GAE(learning_rate=0.0, patience=3), range(6, 7)),
        (VGAE(learning_rate=0.0, patience=20), range(40, 200)),
        (MAE(learning_rate=0.0, decoder_learning_rate=0.0, patience=3), range(6, 30)),
        (WSMAE(learning_rate=0.0, decoder_learning_rate=0.0, patience=3), range(6, 30)),
        (MuseGNN(learning_rate=0.0, decoder_learning_rate=0.0, patience=3), range(6, 60)),
    ],
)
def test_patience_ends_a_training_that_stands_still(method, epochs):
    assert len(fitted(method, CASES["usual"]()).history["loss"]) in epochs
