"""Variants of MuSe-GNN that several test files go through."""

ENCODERS = ("gcn", "gat", "gps")
ABLATIONS = {
    "no similarity": {"similarity_weight": 0.0},
    "no contrastive loss": {"contrastive_weight": 0.0},
    "reconstruction only": {"similarity_weight": 0.0, "contrastive_weight": 0.0},
    "no sharing": {"share_weights": False},
}
