"""GNN against ridge where genes follow landmarks linearly, and where they do not."""

from __future__ import annotations

from dataclasses import replace

from inference_cases import error, fit, simulated

from geneboard.datasets.l1000.synthetic import Simulation
from geneboard.methods.inference.gnn import GNN
from geneboard.methods.inference.ridge import Ridge


class TestGNNAgainstRidge:
    """What each is for: responses of genes that are not linear in the landmarks, or that are."""

    METHOD = GNN(hidden=16, n_similar=5, epochs=60, patience=60, batch=32, learning_rate=3e-3)
    SIZE = Simulation(n_samples=400, n_landmarks=20, n_targets=40)

    def errors(self, linear: bool) -> tuple[float, float]:
        train, validation, test = simulated(replace(self.SIZE, linear=linear))
        gnn, ridge = (error(fit(method, train, validation), test) for method in (self.METHOD, Ridge()))
        return gnn, ridge

    def test_wins_by_a_margin_where_genes_respond_non_linearly(self) -> None:
        gnn, ridge = self.errors(linear=False)
        assert gnn < 0.85 * ridge

    def test_does_not_win_where_they_respond_linearly(self) -> None:
        gnn, ridge = self.errors(linear=True)
        assert gnn > ridge
