"""A small Census on the disk, and what a test server has and does: tests of fetch never use the network."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

HEART = "11111111-0000-0000-0000-000000000000"
OTHER = "22222222-0000-0000-0000-000000000000"


@dataclass
class Site:
    """What a test server has and does.

    `answers` maps a path to a function that takes over the request; other paths give `files`.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    etag: str = '"one"'
    released: threading.Event = field(default_factory=threading.Event)


def serve_file(handler: BaseHTTPRequestHandler, content: bytes, etag: str) -> None:
    """Answer as a static file server does, with ranges and If-Range."""
    wanted, condition = handler.headers.get("Range"), handler.headers.get("If-Range")
    start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
    if condition not in (None, etag):
        start = 0
    if start and start >= len(content):
        handler.send_error(416)
        return
    handler.send_response(206 if start else 200)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    handler.send_header("Content-Length", str(len(content) - start))
    if etag:
        handler.send_header("ETag", etag)
    handler.end_headers()
    handler.wfile.write(content[start:])


def counts_h5ad(path: Path, cells: int = 40, genes: int = 60) -> Path:
    """A small .h5ad file of counts."""
    matrix = np.random.default_rng(0).poisson(1.0, (cells, genes)).astype(np.int32)
    table = anndata.AnnData(sparse.csr_matrix(matrix))
    table.var_names = [f"ENSG{i:011d}" for i in range(genes)]
    table.write_h5ad(path)
    return path


CELLS = pd.DataFrame(
    [
        # dataset, donor, tissue_general, tissue, assay, primary, number of cells
        ("set-a", "D1", "heart", "left ventricle", "10x 3' v2", True, 25),
        ("set-a", "D1", "heart", "left ventricle", "10x 3' v2", False, 7),
        ("set-b", "D1", "heart", "apex", "10x 3' v3", True, 12),
        ("set-a", "D2", "heart", "left ventricle", "10x 3' v3", True, 30),
        ("set-a", "D2", "lung", "lung", "10x 3' v3", True, 9),
        ("set-c", "D1", "heart", "apex", "10x 3' v3", True, 40),
        ("set-c", "unknown", "heart", "apex", "10x 3' v3", True, 90),
        ("set-c", "S1", "heart", "apex", "Smart-seq2", True, 80),
    ],
    columns=["dataset_id", "donor_id", "tissue_general", "tissue", "assay", "is_primary_data", "cells"],
)
COLLECTIONS = {"set-a": HEART, "set-b": HEART, "set-c": OTHER}
GENES = 50


@dataclass(frozen=True)
class LocalCensus:
    """Where the small Census is, and what it holds."""

    uri: str
    obs: pd.DataFrame
    counts: np.ndarray

    def of(self, donor: str, *datasets: str, tissue: str = "heart") -> np.ndarray:
        """Primary counts of a donor, by plain selection."""
        obs = self.obs
        chosen = (obs["donor_id"] == donor) & obs["dataset_id"].isin(datasets) & obs["is_primary_data"]
        return self.counts[(chosen & (obs["tissue_general"] == tissue)).to_numpy()]


def write_census(folder: Path, counts: np.ndarray | None = None) -> LocalCensus:
    """Build a Census with tiledbsoma, its parts named as in the real one."""
    import pyarrow as pa
    import tiledbsoma

    random = np.random.default_rng(1)
    obs = CELLS.loc[CELLS.index.repeat(CELLS["cells"])].drop(columns="cells")
    obs = obs.sample(frac=1, random_state=2).reset_index(drop=True)  # a donor's cells are not neighbours
    obs["suspension_type"], obs["cell_type"] = "cell", "fibroblast"
    if counts is None:
        counts = random.poisson(0.7, (len(obs), GENES)).astype(np.float32)
    var = pd.DataFrame(
        {
            "feature_id": [f"ENSG{i:011d}" for i in range(GENES)],
            "feature_name": [f"GENE{i}" for i in range(GENES)],
        }
    )
    datasets = pd.DataFrame({"dataset_id": list(COLLECTIONS), "collection_id": list(COLLECTIONS.values())})
    labels = [("tissue_general", "heart"), ("tissue_general", "lung"), ("tissue", "apex")]
    summary = pd.DataFrame(labels, columns=["category", "label"]).assign(organism="Homo sapiens")

    def table(parent: tiledbsoma.Collection, name: str, frame: pd.DataFrame) -> None:
        frame = frame.assign(soma_joinid=np.arange(len(frame), dtype=np.int64))
        arrow = pa.Table.from_pandas(frame, preserve_index=False)
        domain = [[0, len(frame) - 1]]
        parent.add_new_dataframe(name, schema=arrow.schema, domain=domain).close()
        with tiledbsoma.DataFrame.open(f"{parent.uri}/{name}", "w") as made:
            labels = {c: arrow[c].chunk(0).dictionary for c in frame if frame[c].dtype == "category"}
            made.extend_enumeration_values(labels)
        with tiledbsoma.DataFrame.open(f"{parent.uri}/{name}", "w") as made:
            made.write(arrow)

    uri = str(folder / "soma")
    with tiledbsoma.Collection.create(uri) as top:
        info = top.add_new_collection("census_info")
        table(info, "datasets", datasets)
        table(info, "summary_cell_counts", summary)
        human = top.add_new_collection("census_data").add_new_collection(
            "homo_sapiens", kind=tiledbsoma.Experiment
        )
        texts = obs.select_dtypes(exclude=bool).columns  # as in the real Census: numbered labels
        table(human, "obs", obs.astype(dict.fromkeys(texts, "category")))
        rna = human.add_new_collection("ms").add_new_collection("RNA", kind=tiledbsoma.Measurement)
        table(rna, "var", var)
        raw = rna.add_new_collection("X").add_new_sparse_ndarray("raw", type=pa.float32(), shape=counts.shape)
        rows, columns = counts.nonzero()
        raw.write(
            pa.Table.from_pydict(
                {"soma_dim_0": rows, "soma_dim_1": columns, "soma_data": counts[rows, columns]}
            )
        )
    return LocalCensus(uri, obs, counts)
