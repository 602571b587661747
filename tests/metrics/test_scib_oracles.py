"""ASW, GC and iLISI against the scib package, on embeddings that are not in ../shared."""

from __future__ import annotations

import shutil
import subprocess
import types
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
import scib
import scib.metrics.lisi as scib_lisi
from metric_cases import control_embeddings, modular_tissue

from geneboard.metrics.asw import AverageSilhouetteWidth
from geneboard.metrics.graph_connectivity import GraphConnectivity
from geneboard.metrics.ilisi import IntegrationLisi, graph_lisi
from geneboard.metrics.neighbours import shared_view

TISSUE = modular_tissue()
EMBEDDINGS = control_embeddings(TISSUE)


def published_table(rows, view) -> anndata.AnnData:
    """The common genes as scib expects them, with the graph of all rows restricted to them."""
    obs = pd.DataFrame(
        {
            "dataset": pd.Categorical(rows.dataset.astype(str)),
            "leiden": pd.Categorical(view.clusters.astype(str)),
        },
        index=[str(i) for i in range(len(rows.gene))],
    )
    table = anndata.AnnData(rows.matrix, obs=obs, obsm={"X_emb": rows.matrix})
    table.obsp["connectivities"] = view.connectivities
    table.uns["neighbors"] = {"connectivities_key": "connectivities", "params": {}}
    common = table[view.common].copy()
    common.obs["leiden"] = common.obs["leiden"].cat.remove_unused_categories()
    return common


@pytest.fixture(scope="module", params=["random", "collapsed", "oracle", "separated"])
def case(request):
    rows = EMBEDDINGS[request.param]
    view = shared_view(rows, TISSUE)
    return rows, view, published_table(rows, view)


def test_asw_equals_silhouette_batch(case):
    rows, view, table = case
    score = AverageSilhouetteWidth().compute(rows, TISSUE, view)
    expected = scib.me.silhouette_batch(
        table, batch_key="dataset", label_key="leiden", embed="X_emb", verbose=False
    )
    if np.isnan(expected):
        assert score.status == "undefined"
    else:
        assert score.value == pytest.approx(expected, abs=2e-6)


@pytest.mark.filterwarnings("ignore:pandas.value_counts:FutureWarning")
def test_gc_equals_graph_connectivity(case):
    rows, view, table = case
    expected = scib.me.graph_connectivity(table, label_key="leiden")
    assert GraphConnectivity().compute(rows, TISSUE, view).value == pytest.approx(expected, abs=1e-15)


@pytest.fixture(scope="module")
def scib_folder(tmp_path_factory) -> Path:
    """A folder with scib's neighbour search, compiled from the source that its wheel ships."""
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("g++ is missing; scib's own binary needs a newer C library")
    folder = tmp_path_factory.mktemp("scib")
    source = Path(scib.__file__).parent / "knn_graph" / "knn_graph.cpp"
    (folder / "knn_graph").mkdir()
    subprocess.run([compiler, "-O2", "-o", folder / "knn_graph" / "knn_graph.o", source], check=True)
    return folder


def test_ilisi_equals_graph_lisi_of_scib(case, scib_folder, monkeypatch):
    rows, view, table = case
    # scib looks for the binary beside the file of its own package.
    monkeypatch.setattr(scib_lisi, "scib", types.SimpleNamespace(__file__=str(scib_folder / "__init__.py")))
    table = anndata.AnnData(table.X, obs=table.obs, obsm={"X_emb": table.X})
    expected = scib.me.ilisi_graph(table, batch_key="dataset", type_="embed", use_rep="X_emb")
    score = IntegrationLisi().compute(rows, TISSUE, view)
    assert score.value == pytest.approx(expected, abs=1e-5)
    neighbours = scib_lisi.recompute_knn(table, "embed", "X_emb")
    each = graph_lisi(neighbours.obsp["connectivities"], rows.dataset[view.common])
    expected_each = scib_lisi.lisi_graph_py(neighbours, "dataset")
    # scib writes -1 where its weights underflow, which they do if all 90 lengths agree to six digits.
    usable = expected_each > 0
    assert usable.mean() > 0.95
    np.testing.assert_allclose(each[usable], expected_each[usable], atol=5e-5, rtol=0)
