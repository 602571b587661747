"""The objective of MuSe-GNN on a tissue."""

from geneboard.methods.muse_network import MuseNetwork
from geneboard.methods.musegnn import MuseGNN, MuseObjective
from geneboard.methods.training import seeded


def objective_of(tissue, **settings):
    """Return the objective of freshly made layers, and where its steps are drawn from."""
    method = MuseGNN(anchors=20, **settings)
    with seeded(0, "cpu") as (rng, device):
        network = MuseNetwork(
            tissue.graphs, method.encoder, heads=method.heads, share_weights=method.share_weights
        )
        return MuseObjective(method, network, tissue.graphs, device), rng
