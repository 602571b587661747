from __future__ import annotations

import sys
from pathlib import Path

import anndata
import numpy as np
import pytest
import requests
from fetch_cases import GENES, HEART, OTHER, LocalCensus, write_census
from scipy import sparse

from geneboard.benchmark.tasks.embedding.sources import open_source
from geneboard.datasets.counts_files import read_counts, species_of
from geneboard.datasets.errors import InputError
from geneboard.datasets.fetch import census_files
from geneboard.datasets.fetch.any_donors import census_folder, fetch_any_donors
from geneboard.datasets.fetch.census import Census, Donor, open_census
from geneboard.datasets.fetch.census_files import fetch_donor

D1 = Donor(HEART, "D1", "heart")


def visible(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))


def hidden(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.name.startswith("."))


def test_a_donor_is_exact(local_census: LocalCensus, tmp_path: Path) -> None:
    """All primary heart cells of D1 in the two datasets of the collection; no cell of D1 elsewhere."""
    path = tmp_path / "scrna_heart_D1.h5ad"
    with open_census(local_census.uri) as census:
        fetch_donor(census, D1, path)
    expected = local_census.of("D1", "set-a", "set-b")
    assert expected.shape == (37, GENES)
    stored = anndata.read_h5ad(path)
    assert stored.X.format == "csr"
    assert stored.X.dtype == np.int32
    np.testing.assert_array_equal(stored.X.toarray(), expected)
    assert set(stored.obs["donor_id"]) == {"D1"}
    assert stored.var_names[0] == "ENSG00000000000"
    assert stored.var["symbol"].iloc[1] == "GENE1"
    source = stored.uns["source"]
    assert source["name"] == "CELLxGENE Census"
    assert source["version"] == local_census.uri
    assert "is_primary_data == True" in source["filter"]
    assert "donor_id == 'D1'" in source["filter"]
    assert hidden(tmp_path) == []
    counts, place = read_counts(path)
    assert place == "X"
    assert species_of(counts, path) == "human"


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """Sizes of the blocks that are asked for; the third is interrupted if the list begins with None."""
    asked: list[int | None] = []
    read = Census.block

    def spy(self: Census, cells: np.ndarray, genes: np.ndarray) -> object:
        asked.append(len(cells))
        if asked[0] is None and len(asked) == 4:
            raise KeyboardInterrupt
        return read(self, cells, genes)

    monkeypatch.setattr(Census, "block", spy)
    return asked


def test_block_size_has_no_influence(
    local_census: LocalCensus, tmp_path: Path, blocks: list[int | None]
) -> None:
    with open_census(local_census.uri) as census:
        fetch_donor(census, D1, tmp_path / "a.h5ad", block_cells=10)
        assert blocks == [10, 10, 10, 7]
        fetch_donor(census, D1, tmp_path / "b.h5ad", block_cells=1)
        fetch_donor(census, D1, tmp_path / "c.h5ad")
    tables = [anndata.read_h5ad(tmp_path / f"{name}.h5ad") for name in "abc"]
    for table in tables[1:]:
        for part in ("data", "indices", "indptr"):
            np.testing.assert_array_equal(getattr(table.X, part), getattr(tables[0].X, part))
        assert table.obs.equals(tables[0].obs)


def test_interrupted_donor_goes_on_block_by_block(
    local_census: LocalCensus, tmp_path: Path, blocks: list[int | None]
) -> None:
    path = tmp_path / "scrna_heart_D1.h5ad"
    blocks.append(None)
    with open_census(local_census.uri) as census:
        with pytest.raises(KeyboardInterrupt):
            fetch_donor(census, D1, path, block_cells=10)
        assert visible(tmp_path) == ["0.npz", "10.npz", "plan.json"]
        assert not path.exists()
        fetch_donor(census, D1, path, block_cells=10)
    assert blocks == [None, 10, 10, 10, 10, 7]
    np.testing.assert_array_equal(
        anndata.read_h5ad(path).X.toarray(), local_census.of("D1", "set-a", "set-b")
    )
    assert hidden(tmp_path) == []


def test_damaged_blocks_are_named(tmp_path: Path) -> None:
    blocks = census_files._Blocks(tmp_path / "blocks", {})
    block = sparse.csr_matrix(np.eye(3, dtype=np.int32))
    block.indices[1] = 3
    blocks.write(0, block)
    (tmp_path / "blocks" / "3.npz").write_bytes(b"PK")
    for read, start in ((blocks.read, 0), (blocks.read, 3), (blocks.entries, 3)):
        with pytest.raises(InputError, match=rf"{start}\.npz: not a readable part of the download"):
            read(start)


def test_blocks_of_another_plan_are_not_used(
    local_census: LocalCensus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.h5ad"

    def stops(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with open_census(local_census.uri) as census:
        with monkeypatch.context() as patch:
            patch.setattr(census_files, "_assemble", stops)
            with pytest.raises(KeyboardInterrupt):
                fetch_donor(census, Donor(HEART, "D2", "heart"), path)
        assert not path.exists()
        fetch_donor(census, D1, path)
    assert anndata.read_h5ad(path).n_obs == 37


def test_a_full_disk_is_told_before_the_file_is_written(
    local_census: LocalCensus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 100

    monkeypatch.setattr(census_files.shutil, "disk_usage", lambda _: Usage)
    with open_census(local_census.uri) as census, pytest.raises(OSError, match=r"No space left.*x\.h5ad"):
        fetch_donor(census, D1, tmp_path / "x.h5ad")
    assert hidden(tmp_path) == [".x.h5ad.blocks"]


def test_values_that_are_no_counts(local_census: LocalCensus, tmp_path: Path) -> None:
    copy = write_census(tmp_path, local_census.counts / 2)
    with open_census(copy.uri) as census, pytest.raises(InputError, match="values that are no counts"):
        fetch_donor(census, D1, tmp_path / "x.h5ad")
    assert not (tmp_path / "x.h5ad").exists()


@pytest.mark.parametrize(
    ("donor", "fault"),
    [
        (Donor(HEART, "D9", "heart"), "has no primary cells of donor D9 of collection 11111111"),
        (Donor(OTHER, "D2", "heart"), "has no primary cells of donor D2"),
        (Donor(HEART, "D1", "lung"), "has no primary cells of donor D1"),
        (Donor("33333333", "D1", "heart"), "has no collection 33333333"),
        (Donor(HEART, "D'1", "heart"), "has no primary cells of donor D'1"),
    ],
)
def test_no_such_cells(local_census: LocalCensus, tmp_path: Path, donor: Donor, fault: str) -> None:
    with open_census(local_census.uri) as census, pytest.raises(InputError, match=fault):
        fetch_donor(census, donor, tmp_path / "x.h5ad")
    assert list(tmp_path.iterdir()) == []


def test_largest_donors(local_census: LocalCensus) -> None:
    """Of one assay family, in all collections, without cells of nobody in particular."""
    with open_census(local_census.uri) as census:
        found = census.largest_donors("heart", 3, "10x 3'")
        assert [(d.collection, d.donor) for d in found] == [(OTHER, "D1"), (HEART, "D1"), (HEART, "D2")]
        assert found[0].assays == ("10x 3' v2", "10x 3' v3")
        assert [d.donor for d in census.largest_donors("heart", 9, "Smart-seq")] == ["S1"]
        assert [d.donor for d in census.largest_donors("apex", 1, "10x")] == ["D1"]
        with pytest.raises(InputError, match=r"no primary cells of heart with an assay that .* 'Drop'"):
            census.largest_donors("heart", 3, "Drop")
        with pytest.raises(InputError, match=r"no tissue 'hart'; the closest name is 'heart'\."):
            census.largest_donors("hart", 3, "10x")


def test_any_donors_and_nothing_twice(
    local_census: LocalCensus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fetch_any_donors("heart", tmp_path, donors=2, version=local_census.uri)
    assert [p.name for p in first.new] == ["scrna_heart_D1-22222222.h5ad", "scrna_heart_D1-11111111.h5ad"]
    np.testing.assert_array_equal(
        anndata.read_h5ad(first.new[1]).X.toarray(), local_census.of("D1", "set-a", "set-b")
    )
    more = fetch_any_donors("heart", tmp_path, donors=3, version=local_census.uri)
    assert [p.name for p in more.new] == ["scrna_heart_D2-11111111.h5ad"]
    assert more.present == first.new

    def offline(*_: object, **__: object) -> None:
        raise AssertionError("the Census was opened")

    monkeypatch.setattr("geneboard.datasets.fetch.any_donors.open_census", offline)
    again = fetch_any_donors("heart", tmp_path, donors=3, version=local_census.uri)
    assert again.new == ()
    assert again.present == more.present + more.new
    first.new[0].unlink()
    with pytest.raises(AssertionError, match="was opened"):
        fetch_any_donors("heart", tmp_path, donors=3, version=local_census.uri)


def test_a_damaged_choice(local_census: LocalCensus, tmp_path: Path) -> None:
    (tmp_path / "heart").mkdir()
    (tmp_path / "heart" / ".census.json").write_text("{")
    with pytest.raises(InputError, match=r"\.census\.json: damaged"):
        fetch_any_donors("heart", tmp_path, version=local_census.uri)


def test_data_from_the_census(local_census: LocalCensus, tmp_path: Path) -> None:
    folder = census_folder(f"census:heart@{local_census.uri}", tmp_path)
    assert folder.parent == tmp_path
    assert folder.name.startswith("census-")
    assert len(visible(folder)) == 3
    source = open_source(Path(f"census:heart@{local_census.uri}"), tmp_path)
    assert source.tissues() == ("heart",)
    assert source.label == f"files:{folder.name}"
    with pytest.raises(InputError, match="name a tissue, for example census:lung"):
        census_folder("census:", tmp_path)


def refuses(*_: object, **__: object) -> None:
    raise requests.ConnectionError("Name or service not known")


def test_without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "get", refuses)
    with pytest.raises(InputError, match=r"cannot be reached \(Name or service not known\)"), open_census():
        pass


def test_a_census_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"), open_census(str(tmp_path)):
        pass
    with pytest.raises(InputError, match="/nowhere/soma cannot be read"), open_census("/nowhere/soma"):
        pass


def test_a_damaged_census(local_census: LocalCensus, tmp_path: Path) -> None:
    copy = write_census(tmp_path / "copy")
    for path in Path(copy.uri).rglob("*.tdb"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match="cannot be read"), open_census(copy.uri) as census:
        fetch_donor(census, D1, tmp_path / "x.h5ad")
    assert not (tmp_path / "x.h5ad").exists()


@pytest.mark.parametrize("package", ["cellxgene_census", "tiledbsoma"])
def test_without_the_extra(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "cellxgene_census", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    sentence = rf'needs the package {package}: pip install -c constraints.txt "\.\[census\]"'
    with pytest.raises(InputError, match=sentence), open_census("/nowhere/soma"):
        pass
