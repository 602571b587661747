"""Published checkpoints against a plain reading of the published network."""

import numpy as np
import pandas as pd
import pytest
import torch
from plain_scbert import (
    GENES,
    LEVELS,
    WIDTH,
    checkpoint,
    embed,
    plain_states,
    tissue_of,
    written,
)

from geneboard.datasets.errors import InputError
from geneboard.methods.expression_levels import expression_levels
from geneboard.methods.scbert import ScBert
from geneboard.methods.scbert_weights import read_network


@pytest.mark.parametrize("nested", [True, False])
def test_embedding_is_that_of_a_plain_reading_of_the_checkpoint(tmp_path, nested):
    """Mean states over cells, cell by cell, then a PCA of all rows through the covariance matrix."""
    state = checkpoint()
    tissue = tissue_of(GENES[10:50], GENES[:25][::-1])
    made = embed(ScBert(**written(tmp_path, state, nested=nested), batch_size=4), tissue)
    rows = []
    for graph in tissue.graphs:
        positions = [GENES.index(gene) for gene in graph.genes]
        levels = expression_levels(graph.features, LEVELS)
        rows.append(np.mean([plain_states(state, positions, cell) for cell in levels], axis=0))
    together = np.concatenate(rows)
    together -= together.mean(0)
    variances, axes = np.linalg.eigh(together.T @ together)
    axes = axes[:, np.argsort(-variances)]
    axes *= np.sign(axes[np.abs(axes).argmax(0), np.arange(WIDTH)])
    expected = together @ axes
    ours = np.concatenate(made.values)
    np.testing.assert_allclose(ours[:, : WIDTH - 1], expected[:, : WIDTH - 1], atol=2e-4)
    assert not ours[:, WIDTH:].any()
    assert made.dim == 32
    assert made.history == {}


def test_neither_seed_nor_settings_of_training_matter(tmp_path):
    paths, tissue = written(tmp_path), tissue_of(GENES[:40])
    first = embed(ScBert(**paths), tissue, seed=1)
    second = embed(ScBert(**paths, epochs=3, width=8, levels=2), tissue, seed=2)
    assert first.values[0].tobytes() == second.values[0].tobytes()


def test_unknown_genes_are_no_tokens_and_lie_at_the_mean(tmp_path):
    method = ScBert(**written(tmp_path))
    with_unknown = embed(method, tissue_of([*GENES[:20], "X1", "X2", *GENES[20:40]], ["X1", "X3"]))
    assert not with_unknown.values[0][20:22].any()
    assert not with_unknown.values[1].any()
    known = np.delete(with_unknown.values[0], [20, 21], axis=0)
    np.testing.assert_allclose(known.mean(0), 0, atol=1e-5)
    assert (np.abs(known).max(1) > 0.01).all()
    tissue = tissue_of([*GENES[:20], "X1", "X2", *GENES[20:40]])
    graph = tissue.graphs[0]
    kept = np.array([gene in GENES for gene in graph.genes])
    levels = expression_levels(graph.features, LEVELS)[:, kept]
    network = read_network(tmp_path / "weights.pth", tmp_path / "genes.txt", pd.Index(GENES))
    rows = network.mean_states(torch.arange(40), levels, 9)
    singular = np.linalg.svd(rows - rows.mean(0), compute_uv=False)
    alone = np.delete(embed(method, tissue).values[0], [20, 21], axis=0)
    np.testing.assert_allclose(np.linalg.norm(alone[:, :WIDTH], axis=0), singular, atol=1e-4)


def test_identifiers_of_another_system_are_refused(tmp_path):
    method = ScBert(**written(tmp_path))
    with pytest.raises(InputError) as caught:
        embed(method, tissue_of(["ENSG00000141510", "ENSG00000146648"], ["ENSG00000136997"]))
    assert str(caught.value) == (
        f"{tmp_path / 'genes.txt'}: has none of the genes of lung (the list has G0, the data have"
        " ENSG00000141510); both must use the same identifiers, symbols or Ensembl ids"
    )
