import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lung_counts import counts, shared, write
from scipy import sparse

from geneboard.datasets.base import Tissue
from geneboard.datasets.dataset_files import files_of_tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graphs.counted import drawn_cells
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.prepare import prepare_tissue
from geneboard.datasets.quality_warnings import tissue_warnings

SETTINGS = PipelineSettings(n_genes=60, min_genes_per_cell=20)


def two_batches(folder: Path) -> None:
    write(counts(), folder, "scrna_lung_a")
    write(counts(seed=1), folder, "scrna_lung_b_2")


def load(folder: Path) -> Tissue:
    return Files(folder, settings=SETTINGS).load("lung")


def test_a_name_that_is_not_utf8_is_refused(tmp_path):
    for name, tissue in ((b"scrna_lung_\xff.h5ad", "lung"), (b"scrna_l\xe9_a.h5ad", os.fsdecode(b"l\xe9"))):
        (tmp_path / tissue).mkdir()
        (tmp_path / tissue / os.fsdecode(name)).write_bytes(b"")
        with pytest.raises(InputError, match=r"the name is not in UTF-8; rename it\."):
            files_of_tissue(tmp_path, tissue)


def test_counts_become_graphs(tmp_path: Path) -> None:
    two_batches(tmp_path)
    tissue = Files(tmp_path, settings=SETTINGS).load("lung")
    assert [g.name for g in tissue.graphs] == ["scrna_lung__a", "scrna_lung__b_2"]
    assert tissue.source == f"files:{tmp_path.name}"
    graph = tissue.graphs[0]
    assert graph.n_genes == 60
    assert graph.provenance["counts_from"] == "X"
    assert graph.provenance["file"] == "scrna_lung_a.h5ad"
    assert len(graph.provenance["sha256"]) == 64
    assert graph.provenance["steps"]["edges"]["p_threshold"] == 0.005
    assert graph.provenance["sizes"]["cells_read"] == 60


@pytest.mark.parametrize("modality", ["scrna", "spatial"])
def test_cells_are_drawn_where_there_are_too_many(tmp_path: Path, modality: str) -> None:
    """The graph is that of the drawn cells alone, the same each time, and another for another name."""
    table = counts(n_cells=80)
    table.obsm["spatial"] = np.random.default_rng(1).random((80, 2))
    for name in ("a", "b"):
        write(table, tmp_path / "data", f"{modality}_lung_{name}")
    settings = replace(SETTINGS, max_cells=50)
    first, second = Files(tmp_path / "data", settings=settings).load("lung").graphs
    again = Files(tmp_path / "data", settings=settings).load("lung").graphs[0]
    assert first.features.shape[1] == 50
    assert first.digest == again.digest
    assert not np.array_equal(first.features, second.features)
    assert first.provenance["steps"]["quality_control"]["dropped"]["cells_not_drawn"] == 30
    assert first.provenance["sizes"]["cells_read"] == 80

    drawn = drawn_cells(np.arange(80), 50, f"{modality}_lung__a")
    assert len(np.unique(drawn)) == 50
    assert sorted(drawn) == list(drawn)
    write(table[drawn].copy(), tmp_path / "few", f"{modality}_lung_a")
    assert Files(tmp_path / "few", settings=SETTINGS).load("lung").graphs[0].digest == first.digest


def test_all_cells_are_taken_where_there_are_few(tmp_path: Path) -> None:
    write(counts(n_cells=60), tmp_path)
    plain = Files(tmp_path, settings=SETTINGS).load("lung").graphs[0]
    bounded = Files(tmp_path, settings=replace(SETTINGS, max_cells=60)).load("lung").graphs[0]
    assert bounded.digest == plain.digest
    with pytest.raises(ValueError, match="max_cells must be at least min_cells, 20"):
        replace(SETTINGS, max_cells=19)


def test_cache_and_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    two_batches(tmp_path / "data")
    calls: list[tuple[int, int]] = []
    source = Files(tmp_path / "data", tmp_path / "cache", SETTINGS)
    first = source.load("lung", lambda what, done, total: calls.append((done, total)))
    assert calls == [(i, 10) for i in range(11)]
    monkeypatch.setattr(
        "geneboard.datasets.holdout.build_graph", lambda *args, **kwargs: pytest.fail("built again")
    )
    assert source.load("lung").data_hashes == first.data_hashes


def test_prepared_graphs_have_the_digests_of_the_counts(tmp_path: Path) -> None:
    two_batches(tmp_path / "data")
    direct = Files(tmp_path / "data", settings=SETTINGS).load("lung")
    paths = prepare_tissue(tmp_path / "data", "lung", tmp_path / "graphs", SETTINGS)
    assert [p.name for p in paths] == ["scrna_lung_a.h5ad", "scrna_lung_b_2.h5ad"]
    assert Files(tmp_path / "graphs").load("lung").data_hashes == direct.data_hashes
    table = pd.read_csv(tmp_path / "graphs" / "lung" / "quality.csv").set_index("dataset")
    row = table.loc["scrna_lung__a"]
    edges = direct.graphs[0].adjacency.toarray()
    off_diagonal = edges[~np.eye(60, dtype=bool)].mean()
    assert row["density"] == pytest.approx(off_diagonal)
    assert (row["cells_read"], row["genes_read"], row["genes"]) == (60, 90, 60)
    for source in (tmp_path / "data", list((tmp_path / "data" / "lung").iterdir())):
        with pytest.raises(InputError, match="over the counts"):
            prepare_tissue(source, "lung", tmp_path / "data", SETTINGS)


def test_files_of_other_names_give_the_same_graph(tmp_path: Path) -> None:
    table = counts()
    write(table, tmp_path)
    table.write_h5ad(tmp_path / "a.h5ad")
    (path,) = prepare_tissue([tmp_path / "a.h5ad"], "lung", tmp_path / "graphs", SETTINGS)
    assert path == tmp_path / "graphs" / "lung" / "scrna_lung_a.h5ad"
    assert Files(tmp_path / "graphs").load("lung").data_hashes == load(tmp_path).data_hashes


def test_versions_and_duplicates(tmp_path: Path) -> None:
    table = counts()
    table.var_names = [f"ENSG{i:011d}.{i % 3 + 1}" for i in range(90)]
    write(table, tmp_path)
    other = counts(seed=1)
    other.var_names = [f"ENSG{i // 2:011d}" for i in range(90)]
    write(other, tmp_path, "scrna_lung_b")
    tissue = Files(tmp_path, settings=PipelineSettings(n_genes=45, min_genes_per_cell=10, min_genes=40)).load(
        "lung"
    )
    assert len(tissue.common_genes) > 10
    assert tissue.graphs[1].n_genes == 45
    assert tissue.graphs[1].provenance["sizes"]["columns_read"] == 90


def test_species(tmp_path: Path) -> None:
    stated = counts()
    stated.uns["source"] = {"species": "Mouse"}
    write(stated, tmp_path)
    in_obs = counts(seed=1)
    in_obs.obs["species"] = "mouse lemur"
    write(in_obs, tmp_path, "scrna_lung_b")
    guessed = counts(seed=2)
    write(guessed, tmp_path, "scrna_lung_c")
    tissue = Files(tmp_path, settings=SETTINGS).load("lung")
    assert [g.species for g in tissue.graphs] == ["mouse", "mouse lemur", "human"]


@pytest.mark.parametrize(("modality", "bound"), [("scrna", 1), ("scatac", 0)])
def test_a_panel_keeps_its_cells(tmp_path: Path, modality: str, bound: int) -> None:
    write(counts(), tmp_path, f"{modality}_lung_a")
    graph = Files(tmp_path).load("lung").graphs[0]
    assert graph.provenance["sizes"]["cells_after_qc"] == 60
    assert graph.provenance["steps"]["quality_control"]["min_genes_per_cell"] == bound
    with pytest.raises(
        InputError, match=r"0 of 60 cells .* 60 have fewer than 200 genes \(--min-genes-per-cell\)\."
    ):
        Files(tmp_path, settings=PipelineSettings(min_genes_per_cell=200)).load("lung")


def test_a_pasted_header_is_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rates = rng.gamma(0.5, 4, 300)
    for name in "abc":
        table = counts(n_genes=300)
        table.X = sparse.csr_matrix(rng.poisson(rates, (60, 300)))
        if name == "c":
            table.var_names = table.var_names[rng.permutation(300)]
        write(table, tmp_path, f"scrna_lung_{name}")
    warnings = [
        text
        for text in tissue_warnings(Files(tmp_path, settings=SETTINGS).load("lung").graphs)
        if "unlike" in text
    ]
    assert len(warnings) == 1
    assert warnings[0].startswith("scrna_lung__c: its mean counts are unlike those of every other dataset")


def test_cells_of_two_species(tmp_path: Path) -> None:
    table = counts()
    table.obs["species"] = ["human", "mouse"] * 30
    path = write(table, tmp_path)
    with pytest.raises(InputError, match=rf"{path}: obs\.species names several species \(human, mouse\)"):
        load(tmp_path)


def test_unreadable_files(tmp_path: Path) -> None:
    path = write(counts(), tmp_path)
    content = path.read_bytes()
    for damaged in (content[: len(content) // 2], b"", b"not hdf5"):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"scrna_lung_a\.h5ad: not a readable \.h5ad file"):
            load(tmp_path)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("lung_a", "not of the form"),
        ("rna_lung_a", "not of the form"),
        ("scrna_lung", "not of the form"),
        ("scrna_heart_a", "the name says tissue 'heart', the folder 'lung'"),
    ],
)
def test_file_names(tmp_path: Path, name: str, complaint: str) -> None:
    write(counts(), tmp_path, name)
    with pytest.raises(InputError, match=complaint):
        load(tmp_path)


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        Files(tmp_path / "absent")
    two_batches(tmp_path)
    (tmp_path / "heart").mkdir()
    with pytest.raises(InputError, match="heart: the folder holds no dataset"):
        Files(tmp_path).load("heart")
    with pytest.raises(InputError, match="'lugn'; the closest name is 'lung'"):
        Files(tmp_path).load("lugn")
    (tmp_path / "liver_atlas").mkdir()
    with pytest.raises(InputError, match="liver_atlas: the folder holds no"):
        Files(tmp_path).load("liver")
    assert Files(tmp_path).tissues() == ("lung", "liver")


def test_datasets_without_the_folder_of_their_tissue(tmp_path: Path) -> None:
    for number, ending in enumerate((".h5ad", ".h5ad", ".loom")):
        (tmp_path / f"sample{number}{ending}").touch()
        held, files = (("1 .h5ad file", "*.h5ad"), ("2 .h5ad files", "*.h5ad"), ("3 datasets", "*"))[number]
        with pytest.raises(InputError) as caught:
            Files(tmp_path).load("pbmc")
        assert str(caught.value) == (
            f"{tmp_path}: holds {held} but no folder pbmc/: name the file{'s' * (number > 0)} "
            f"(`prepare --counts {tmp_path}/{files} --tissue pbmc --out GRAPHS`)."
        )
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no folder for tissue 'pbmc', nor for any other"):
        Files(tmp_path / "empty").load("pbmc")


def test_too_little_data(tmp_path: Path) -> None:
    write(counts(n_cells=19), tmp_path)
    with pytest.raises(InputError, match=r"19 of 19 cells are left .* 20 are needed"):
        load(tmp_path)
    write(counts(n_genes=49), tmp_path)
    with pytest.raises(InputError, match=r"49 of 49 genes are left .* 50 are needed"):
        load(tmp_path)


def test_disjoint_genes(tmp_path: Path) -> None:
    two_batches(tmp_path)
    write(counts(genes=[f"OTHER{i}" for i in range(90)]), tmp_path, "scrna_lung_c")
    with pytest.raises(InputError, match=r"scrna_lung_c\.h5ad: .* shares no gene"):
        load(tmp_path)
    tissue = Files(tmp_path, settings=SETTINGS, allow_disjoint=True).load("lung")
    assert len(tissue.common_genes) == 0
    write(counts(seed=1, genes=[f"OTHER{i}" for i in range(90)]), tmp_path, "scrna_lung_d")
    with pytest.raises(
        InputError, match=r"lung: .*_a\.h5ad, .*_b_2\.h5ad; .*_c\.h5ad, .*_d\.h5ad\); name genes"
    ):
        load(tmp_path)
    bridge = [f"GENE{i}" if i % 2 else f"OTHER{i}" for i in range(90)]
    write(counts(genes=bridge), tmp_path, "scrna_lung_e")
    assert len(load(tmp_path).graphs) == 5  # over the fifth, all are connected


@pytest.mark.parametrize(
    ("spatial", "complaint"),
    [
        (None, "without coordinates"),
        (np.zeros((60, 3)), "two finite coordinates"),
        (np.full((60, 2), np.nan), "two finite coordinates"),
        (np.ones((60, 2)), "lie at one place"),
    ],
)
def test_spots_without_usable_coordinates(tmp_path: Path, spatial: np.ndarray | None, complaint: str) -> None:
    table = counts()
    if spatial is not None:
        table.obsm["spatial"] = spatial
    write(table, tmp_path, "spatial_lung_a")
    with pytest.raises(InputError, match=complaint):
        load(tmp_path)


def test_a_renamed_graph_is_refused(tmp_path: Path) -> None:
    write(counts(), tmp_path / "data")
    (path,) = prepare_tissue(tmp_path / "data", "lung", tmp_path / "graphs", SETTINGS)
    path.rename(path.with_name("scrna_lung_other.h5ad"))
    with pytest.raises(InputError, match="is called scrna_lung__a"):
        load(tmp_path / "graphs")


@pytest.mark.shared
def test_real_counts() -> None:
    loaded = Files(shared("data/pbmc").parent).load("pbmc")  # lung is trained on in .ci/run
    assert len(loaded.graphs) == 6
    assert len(loaded.common_genes) > 150
    for graph in loaded.graphs:
        assert graph.n_genes == 1000
        assert 0.1 < graph.adjacency.nnz / 1e6 < 0.37
        assert (graph.adjacency.sum(axis=1) > 1).all()
