"""Gene2vec against gensim called plainly on gene names, and what its vectors must show."""

import numpy as np
import pytest
from gensim.models import Word2Vec
from method_cases import CASES, fitted, numbered, tissue_of

from geneboard.benchmark.plugin_kit.compliance_tissues import gene_graph
from geneboard.methods.gene2vec import Gene2vec


def trained(tissue, seed=0, **settings):
    return fitted(Gene2vec(**settings), tissue, seed)


def named_graph(genes, seed=0, isolated=()):
    return gene_graph("a", list(genes), density=0.3, isolated=isolated, seed=seed)


class Epochs:
    """Sentences of names, in another order each time they are gone through."""

    def __init__(self, sentences, seed):
        self.sentences, self.rng = sentences, np.random.default_rng(seed)

    def __iter__(self):
        pairs = np.array(self.sentences, dtype=object)
        return iter(self.rng.permutation(pairs).tolist())


@pytest.mark.parametrize("seed", [0, 5])
def test_equals_gensim_called_once_on_the_names(seed):
    names = [f"HLA DRB{i}\tα" if i % 3 else str(40 - i) for i in range(40)]  # odd names change nothing
    graph = named_graph(names, seed=seed, isolated=(3, 17))
    edges = graph.adjacency.toarray()
    sentences = [[names[i], names[j]] for i in range(40) for j in range(40) if edges[i, j] and i != j]
    plain = Word2Vec(vector_size=32, window=1, min_count=1, sg=1, workers=1, seed=seed)
    plain.build_vocab(sentences)
    plain.train(Epochs(sentences, seed), total_examples=len(sentences), epochs=10)
    expected = [plain.wv[name] if name in plain.wv else np.zeros(32) for name in names]
    made = trained(tissue_of(graph), seed).values[0]
    np.testing.assert_allclose(made, np.array(expected), rtol=0, atol=1e-7)


def test_datasets_do_not_influence_each_other():
    tissue = CASES["usual"]()
    together = trained(tissue, 4)
    for graph, values in zip(tissue.graphs, together.values, strict=True):
        assert trained(tissue_of(graph), 4).values[0].tobytes() == values.tobytes()


def test_history_is_the_mean_over_datasets_with_edges():
    with_edges = named_graph(numbered(40))
    empty = gene_graph("b", ["G1", "G2", "G3"], density=0.0)
    both = trained(tissue_of(with_edges, empty), sample=0.0)
    alone = trained(tissue_of(with_edges), sample=0.0)
    assert both.history["loss"] == alone.history["loss"]
    assert len(both.history["loss"]) == 10
    # Before anything is learnt, a pair and its negatives, less those equal to the pair, lose ln 2 each.
    assert 0.9 * 6 * np.log(2) < both.history["loss"][0] < 6 * np.log(2)
    assert both.history["loss"][-1] < both.history["loss"][0]
    assert trained(tissue_of(empty)).history == {}


def test_progress_counts_epochs_of_all_datasets():
    reports = []
    tissue = CASES["empty graph"]()
    Gene2vec(epochs=3).fit_embed(
        tissue, seed=0, device="cpu", progress=lambda done, total, **_: reports.append((done, total))
    )
    assert reports == [(done, 6) for done in (3, 4, 5, 6)]


def test_any_seed_is_accepted():
    tissue = tissue_of(named_graph(numbered(20)))
    large = trained(tissue, 2**40 + 1).values[0]
    assert np.isfinite(large).all()
    assert large.tobytes() != trained(tissue, 1).values[0].tobytes()
