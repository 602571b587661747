from __future__ import annotations

import io
import tarfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from fetch_cases import Site
from scipy import sparse

from geneboard.datasets.errors import InputError
from geneboard.datasets.fetch import visium
from geneboard.datasets.fetch.visium import COUNTS, IMAGES, fetch_visium

SAMPLE, VERSION = "V1_Test", "1.1.0"
SPOTS = [f"SPOT{i}-1" for i in range(12)]
COUNTED = np.random.default_rng(3).poisson(1.0, (12, 30))
HEADER = "barcode,in_tissue,array_row,array_col,pxl_row_in_fullres,pxl_col_in_fullres\n"


def matrix_h5(folder: Path, matrix: np.ndarray = COUNTED) -> bytes:
    """A count matrix as Space Ranger writes it."""
    stored = sparse.csr_matrix(matrix)
    genes = range(matrix.shape[1])
    with h5py.File(folder / "made.h5", "w") as file:
        group = file.create_group("matrix")
        group["barcodes"] = np.array(SPOTS, dtype="S")
        group["data"], group["indices"], group["indptr"] = stored.data, stored.indices, stored.indptr
        group["shape"] = np.array(matrix.shape[::-1])
        features = group.create_group("features")
        features["id"] = np.array([f"ENSG{i:011d}" for i in genes], dtype="S")
        features["name"] = np.array([f"GENE{i}" for i in genes], dtype="S")
        features["feature_type"] = np.array(["Gene Expression"] * len(genes), dtype="S")
        features["genome"] = np.array(["GRCh38"] * len(genes), dtype="S")
    return (folder / "made.h5").read_bytes()


def archive(lines: list[str], name: str = "spatial/tissue_positions_list.csv") -> bytes:
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w:gz") as tar:
        for file, text in (("spatial/tissue_hires_image.png", "image"), (name, "".join(lines))):
            info = tarfile.TarInfo(file)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return memory.getvalue()


LINES = [f"{spot},1,{i},{i},{100 + i},{200 + i}\n" for i, spot in reversed(list(enumerate(SPOTS)))]


def publish(site: Site, counts: bytes, images: bytes) -> None:
    for name, content in ((COUNTS, counts), (IMAGES, images)):
        site.files[f"/{VERSION}/{SAMPLE}/{SAMPLE}_{name}"] = content


@pytest.fixture(autouse=True)
def server(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visium, "SERVER", site.url)


@pytest.mark.parametrize(
    ("lines", "name"),
    [(LINES, "spatial/tissue_positions_list.csv"), ([HEADER, *LINES], "spatial/tissue_positions.csv")],
)
def test_a_sample(site: Site, tmp_path: Path, lines: list[str], name: str) -> None:
    """Old and new Space Ranger; coordinates are those of the spot, in another order than the counts."""
    publish(site, matrix_h5(tmp_path), archive(lines, name))
    table = fetch_visium(SAMPLE, VERSION, tmp_path / "parts", species="human")
    np.testing.assert_array_equal(table.X.toarray(), COUNTED)
    assert table.X.dtype == np.int32
    assert table.var_names[1] == "ENSG00000000001"
    assert table.var["symbol"].iloc[1] == "GENE1"
    assert table.obs_names.tolist() == SPOTS
    np.testing.assert_array_equal(table.obsm["spatial"], [[200 + i, 100 + i] for i in range(12)])
    assert table.uns["source"]["urls"][0].endswith(f"/1.1.0/V1_Test/V1_Test_{COUNTS}")
    assert len(table.uns["source"]["sha256"][1]) == 64
    fetch_visium(SAMPLE, VERSION, tmp_path / "parts", species="human")
    assert len(site.requests) == 2


@pytest.mark.parametrize(
    ("counted", "images", "fault"),
    [
        (None, archive(LINES), f"{COUNTS}: not a count matrix of 10x Genomics"),
        (COUNTED / 3, archive(LINES), f"{COUNTS}: the matrix holds non-integer values"),
        (COUNTED, b"<html>log in</html>", f"{IMAGES}: not a readable archive"),
        (COUNTED, archive(LINES)[:-40], f"{IMAGES}: not a readable archive"),
        (
            COUNTED,
            archive(LINES, "spatial/other.csv"),
            r"holds no .*tissue_positions_list\.csv or tissue_positions\.csv",
        ),
        (COUNTED, archive(LINES[1:]), "has no coordinates of 1 spots, as SPOT11-1"),
        (COUNTED, archive([LINES[0], *LINES]), "lacks coordinates, or has a spot twice"),
        (COUNTED, archive([*LINES[1:], "SPOT11-1,1,1,1,here,there\n"]), "is not a table of barcode"),
        (COUNTED, archive([*LINES[1:], "SPOT11-1,1,1\n"]), "lacks coordinates"),
    ],
)
def test_faults(site: Site, tmp_path: Path, counted: np.ndarray | None, images: bytes, fault: str) -> None:
    publish(site, b"<html>log in</html>" if counted is None else matrix_h5(tmp_path, counted), images)
    with pytest.raises(InputError, match=fault) as caught:
        fetch_visium(SAMPLE, VERSION, tmp_path / "parts", species="human")
    assert str(caught.value).startswith(site.url)
    assert list((tmp_path / "parts").iterdir()) == []
