"""Gene graphs and tissues on disk, written completely or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.atomic import write_atomically, write_h5ad
from geneboard.datasets.base import MODALITIES, PREPARED_FROM, GeneGraph, Tissue
from geneboard.datasets.counts_files import names_in_h5ad
from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.hdf5_files import dense, opened, read_h5ad

FORMAT = 1
"""Version of the layout of graph files and manifests."""


def write_graph(graph: GeneGraph, path: Path, *, key: str = "") -> None:
    """Write a gene graph as AnnData .h5ad: obs = genes, var = cells, X = features, obsp["adjacency"].

    Simulated data also have obsm["true_vectors"].

    ``uns["geneboard"]`` holds name, tissue, modality, species, digest and, as JSON text, the provenance;
    in a cache also the `key` of what the graph was made of.
    """
    kept = {"key": key} if key else {}
    table = anndata.AnnData(
        X=graph.features,
        obs=pd.DataFrame(index=pd.Index(graph.genes.to_numpy(dtype=str))),
        obsp={"adjacency": graph.adjacency},
        obsm={} if graph.true_vectors is None else {"true_vectors": graph.true_vectors},
        uns={
            "geneboard": {
                "format": FORMAT,
                "name": graph.name,
                "tissue": graph.tissue,
                "modality": graph.modality,
                "species": graph.species,
                "digest": graph.digest,
                "provenance": json.dumps(dict(graph.provenance), sort_keys=True),
                **kept,
            }
        },
    )
    write_h5ad(table, path)


def file_kind(path: Path) -> Literal["graph", "counts"]:
    """Return whether an .h5ad file holds a prepared gene graph or counts.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    with opened(path, "not a readable .h5ad file") as file:
        if "X" not in file and "layers" not in file and "raw" not in file:
            raise InputError(f"{path}: an HDF5 file, but not an AnnData file.")
        return "graph" if "obsp/adjacency" in file else "counts"


def read_graph(path: Path, *, name: str | None = None, verify: bool = False, key: str = "") -> GeneGraph:
    """Read a gene graph.

    Parameters
    ----------
    path
        A file of `write_graph`, or an AnnData .h5ad of the same form made by another program.
    name
        ``modality_tissue__id`` the graph must have; needed where the file does not say it.
    verify
        Also compare the content with the digest in the file.
    key
        What the file must have been written with.

    Raises
    ------
    InputError
        If the file is damaged, is no gene graph or has another name than `name` or another key than `key`.
    """
    fault = "not a usable gene graph"
    table = read_h5ad(path, fault)
    with reading(path, fault):
        about: Mapping[str, Any] = table.uns.get("geneboard", {})
        named = str(about.get("name", name or ""))
        if not named:
            raise InputError(f'{path}: uns["geneboard"] does not name the graph.')
        modality, tissue, _ = split_name(named)
        provenance = json.loads(about.get("provenance", "{}"))
        identity = provenance.pop(PREPARED_FROM, None)
        graph = GeneGraph(
            named,
            str(about.get("tissue", tissue)),
            str(about.get("modality", modality)),
            str(about.get("species", "human")),
            pd.Index(table.obs_names.to_numpy(dtype=object)),
            np.ascontiguousarray(dense(table.X), dtype=np.float32),
            _boolean(sparse.csr_matrix(table.obsp["adjacency"])),
            provenance,
            table.obsm.get("true_vectors"),
        )
        if identity is not None and graph.digest == about.get("digest"):  # nobody has changed it since
            provenance[PREPARED_FROM] = identity
    if name is not None and graph.name != name:
        raise InputError(f"{path}: the graph inside is called {graph.name}, the file says {name}.")
    if verify and graph.digest != about.get("digest"):
        raise InputError(f"{path}: the content does not match its digest; the file is damaged.")
    if key and about.get("key") != key:
        raise InputError(f"{path}: the graph inside was made of something else.")
    return graph


def _boolean(adjacency: sparse.csr_matrix) -> sparse.csr_matrix:
    adjacency.sum_duplicates()
    if not np.isin(adjacency.data, (0, 1)).all():
        raise ValueError("the adjacency has values other than 0 and 1")
    edges = adjacency.astype(bool)
    edges.eliminate_zeros()
    return edges


def split_name(name: str) -> tuple[str, str, str]:
    """Return modality, tissue and id of ``modality_tissue__id``.

    Raises
    ------
    ValueError
        If the name has another form.
    """
    head, separator, identifier = name.partition("__")
    modality, _, tissue = head.partition("_")
    if modality not in MODALITIES or not tissue or not separator or not identifier:
        raise ValueError(f"{name!r} is not of the form modality_tissue__id")
    return modality, tissue, identifier


def write_tissue(tissue: Tissue, folder: Path) -> Path:
    """Write a tissue for other processes and return its manifest.

    Graph files are named by their content, so that graphs that are there already are not written again,
    unless they are damaged.

    Returns
    -------
    pathlib.Path
        A JSON file in `folder`, also named by its content.
    """
    for graph in [*tissue.graphs, *(tissue.heldout or ())]:
        path = folder / f"{graph.digest}.h5ad"
        if not _is_intact(path):
            write_graph(graph, path)
    truth = None if tissue.truth is None else [[str(g), str(m)] for g, m in tissue.truth.items()]
    manifest = {
        "format": FORMAT,
        "name": tissue.name,
        "source": tissue.source,
        "graphs": _listed(tissue.graphs),
        "truth": truth,
    }
    if tissue.heldout is not None:
        manifest["heldout"] = _listed(tissue.heldout)
    content = json.dumps(manifest, indent=1).encode()
    path = folder / f"{tissue.name}-{hashlib.sha256(content).hexdigest()[:16]}.json"
    if not path.is_file() or path.read_bytes() != content:
        write_atomically(path, content)
    return path


def _listed(graphs: Sequence[GeneGraph]) -> list[dict[str, str]]:
    return [{"name": g.name, "digest": g.digest, "file": f"{g.digest}.h5ad"} for g in graphs]


def _is_intact(path: Path) -> bool:
    try:
        return path.exists() and read_graph(path, verify=True).digest == path.stem
    except InputError:
        return False


def read_tissue(manifest: Path, *, heldout: bool = False) -> Tissue:
    """Read a tissue of `write_tissue`.

    Parameters
    ----------
    manifest
        Its file.
    heldout
        True reads the held-out graphs too, if there are any. They are for what scores, never for what trains.

    Raises
    ------
    InputError
        If the manifest or a graph file is damaged, missing or not the one the manifest means.
    """
    with reading(manifest, "not a manifest of a tissue"):
        content = json.loads(manifest.read_text())
        truth = None
        if content["truth"] is not None:
            truth = pd.Series(dict(content["truth"]), dtype=object)
        others = content.get("heldout") if heldout else None
        return Tissue(
            str(content["name"]),
            str(content["source"]),
            _read_graphs(manifest.parent, content["graphs"]),
            truth,
            None if others is None else _read_graphs(manifest.parent, others),
        )


def genes_of_tissue(manifest: Path) -> pd.Index:
    """Return the genes of all datasets of a tissue of `write_tissue`, each once, without reading the rest.

    Raises
    ------
    InputError
        If the manifest or a graph file is damaged or missing.
    """
    genes: pd.Index = pd.Index([], dtype=object)
    with reading(manifest, "not a manifest of a tissue"):
        for entry in json.loads(manifest.read_text())["graphs"]:
            genes = genes.append(names_in_h5ad(manifest.parent / entry["file"], "obs"))
    return genes.unique()


def _read_graphs(folder: Path, listed: Sequence[Mapping[str, str]]) -> tuple[GeneGraph, ...]:
    graphs = []
    for entry in listed:
        path = folder / entry["file"]
        graph = read_graph(path, name=entry["name"])
        if graph.digest != entry["digest"]:
            raise InputError(f"{path}: the content does not match its digest; the file is damaged.")
        graphs.append(graph)
    return tuple(graphs)
