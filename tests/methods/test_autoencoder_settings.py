"""Published settings of the four autoencoders, and early stop of all that train on graphs."""

import dataclasses

import pytest

from geneboard.benchmark.plugin_kit.compliance_tissues import usual_tissue
from geneboard.methods.base import no_progress
from geneboard.methods.gae import GAE
from geneboard.methods.mae import MAE
from geneboard.methods.musegnn import MuseGNN
from geneboard.methods.vgae import VGAE
from geneboard.methods.wsmae import WSMAE


@pytest.mark.parametrize(
    ("method", "settings"),
    [
        (GAE, {"epochs": 2000, "learning_rate": 1e-4}),
        (VGAE, {"epochs": 3000, "learning_rate": 1e-3}),
        (
            MAE,
            {
                "epochs": 1000,
                "learning_rate": 5e-4,
                "decoder_learning_rate": 1e-3,
                "masked_share": 0.25,
                "share_weights": True,
            },
        ),
        (WSMAE, {"epochs": 2000, "learning_rate": 1e-4, "decoder_learning_rate": 5e-4, "masked_share": 0.25}),
    ],
)
def test_published_settings(method, settings):
    assert dataclasses.asdict(method()) == {**settings, "patience": 0}


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
    made = method.fit_embed(usual_tissue(), seed=0, device="cpu", progress=no_progress)
    assert len(made.history["loss"]) in epochs
