from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import anndata
import numpy as np
import pytest
from fetch_cases import HEART, LocalCensus, Site, counts_h5ad
from test_visium import LINES, SAMPLE, VERSION, archive, matrix_h5, publish

from geneboard.benchmark.cli import main
from geneboard.datasets.catalogue import PATH, read_catalogue
from geneboard.datasets.counts_files import read_counts
from geneboard.datasets.errors import InputError
from geneboard.datasets.fetch import visium
from geneboard.datasets.fetch.published import fetch_tissues

ROOT = Path(__file__).resolve().parents[3]
COLUMNS = list(csv.DictReader(PATH.open(encoding="utf-8")).fieldnames or ())


def row(identifier: str, modality: str = "scrna", **values: str) -> dict[str, str]:
    base = dict.fromkeys(COLUMNS, "")
    base |= {"tissue": "heart", "modality": modality, "id": identifier, "species": "human"}
    base |= {"licence": "unknown", "file": f"{modality}_heart_{identifier}.h5ad"}
    return base | values


def by_hand(identifier: str) -> dict[str, str]:
    return row(identifier, access="manual", instructions="Ask the authors.")


def write_catalogue(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def counts(tmp_path: Path, site: Site) -> dict[str, str]:
    """A row whose file the test server has."""
    content = counts_h5ad(tmp_path / "made.h5ad").read_bytes()
    site.files["/d.h5ad"] = content
    sha256 = hashlib.sha256(content).hexdigest()
    return row("d", access="url", url=f"{site.url}/d.h5ad", sha256=sha256)


def test_everything_that_is_missing_and_nothing_twice(
    site: Site,
    local_census: LocalCensus,
    counts: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(site, matrix_h5(tmp_path), archive(LINES))
    monkeypatch.setattr(visium, "SERVER", site.url)
    catalogue = write_catalogue(
        tmp_path / "catalogue.csv",
        row("D1", access="census", census_collection=HEART, census_donor="D1"),
        counts,
        by_hand("e"),
        row("v", "spatial", access="visium", visium_sample=SAMPLE, visium_version=VERSION),
    )
    data = tmp_path / "data"
    first = fetch_tissues(["heart"], data, catalogue=catalogue, census_version=local_census.uri)
    names = ["scrna_heart_d.h5ad", "spatial_heart_v.h5ad", "scrna_heart_D1.h5ad"]
    assert [path.name for path in first.new] == names
    assert [entry.id for entry in first.manual] == ["e"]
    assert sorted(path.name for path in (data / "heart").iterdir()) == sorted(names)  # no parts are left
    np.testing.assert_array_equal(
        anndata.read_h5ad(first.new[2]).X.toarray(), local_census.of("D1", "set-a", "set-b")
    )
    spots, _ = read_counts(first.new[1])
    assert spots.obsm["spatial"].shape == (12, 2)

    asked = len(site.requests)
    again = fetch_tissues(["all"], data, catalogue=catalogue, census_version="/nowhere")
    assert again.new == ()
    assert sorted(again.present) == sorted(first.new)
    assert len(site.requests) == asked


def test_a_file_with_the_right_checksum_that_holds_no_counts(site: Site, tmp_path: Path) -> None:
    content = b"not HDF5"
    site.files["/d.h5ad"] = content
    sha256 = hashlib.sha256(content).hexdigest()
    catalogue = write_catalogue(
        tmp_path / "c.csv", row("d", access="url", url=f"{site.url}/d.h5ad", sha256=sha256)
    )
    with pytest.raises(InputError, match=r"/d\.h5ad: not a readable \.h5ad file") as caught:
        fetch_tissues(["heart"], tmp_path / "data", catalogue=catalogue)
    assert str(caught.value).startswith(site.url)
    assert list((tmp_path / "data" / "heart").iterdir()) == []


@pytest.mark.parametrize(
    "there",
    [
        "heart_atlas/scrna_heart_d_rna_expression.csv",
        "heart/scrna_heart_d.loom",
        "heart/scrna_heart_d.csv.gz",
        "heart/scrna_heart_d/matrix.mtx",
    ],
)
def test_a_dataset_in_another_format_is_there(
    site: Site, counts: dict[str, str], tmp_path: Path, there: str
) -> None:
    path = tmp_path / "data" / there
    path.parent.mkdir(parents=True)
    path.touch()
    catalogue = write_catalogue(tmp_path / "c.csv", counts)
    fetched = fetch_tissues(["heart"], tmp_path / "data", catalogue=catalogue)
    assert fetched.new == ()
    assert fetched.present == (path.parent if path.name == "matrix.mtx" else path,)
    assert site.requests == []


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"access": "ftp"}, "line 2: access 'ftp' is not one of census, visium, url, manual"),
        ({"access": "url", "url": "http://x"}, "line 2: sha256 is empty"),
        ({"access": "url", "url": "http://x", "sha256": "abc"}, "sha256 is not 64 hexadecimal digits"),
        ({"access": "census", "census_donor": "D1"}, "census_collection is empty"),
        ({"access": "manual"}, "instructions is empty"),
        (
            {"access": "manual", "instructions": "x", "file": "d.h5ad"},
            "the file must be <modality>_<tissue>_<id>",
        ),
        (
            {"access": "manual", "instructions": "x", "id": "../d", "file": "scrna_heart_../d.h5ad"},
            "the file must be",
        ),
    ],
)
def test_faults_of_a_catalogue(tmp_path: Path, values: dict[str, str], fault: str) -> None:
    path = write_catalogue(tmp_path / "c.csv", row("d", **values))
    with pytest.raises(InputError, match=fault):
        read_catalogue(path)


def test_catalogues_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("tissue,id\nheart,d\n")
    with pytest.raises(InputError, match="line 2: the columns must be tissue, modality"):
        read_catalogue(tmp_path / "c.csv")
    with pytest.raises(InputError, match=r"/nowhere\.csv: not a readable catalogue"):
        read_catalogue(Path("/nowhere.csv"))


def fetched_lines(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[str]:
    """What `fetch` prints, without a fault."""
    assert main(["fetch", *map(str, arguments)]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out.splitlines()


def test_command_line(
    counts: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    catalogue = write_catalogue(tmp_path / "c.csv", counts, by_hand("e"))
    lines = ["data/heart/scrna_heart_d.h5ad", "data/heart/scrna_heart_e.h5ad by hand: Ask the authors."]
    assert fetched_lines(capsys, "--tissue", "heart", "--catalogue", catalogue) == lines
    again = [f"{lines[0]} (was there)", lines[1]]
    assert fetched_lines(capsys, "--tissue", "heart", "--catalogue", catalogue) == again


def test_command_line_of_the_census(
    local_census: LocalCensus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ("--census", "heart", "--donors", "1", "--to", "d", "--census-version", local_census.uri)
    assert main(["fetch", *arguments]) == 0
    assert capsys.readouterr().out == "d/heart/scrna_heart_D1-22222222.h5ad\n"


def test_faults_end_in_one_sentence(
    site: Site, counts: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = write_catalogue(tmp_path / "gone.csv", {**counts, "url": f"{site.url}/gone"})
    offline = write_catalogue(tmp_path / "offline.csv", {**counts, "url": "http://127.0.0.1:1/d.h5ad"})
    for arguments, fault in [
        (["--tissue", "heart", "--catalogue", gone], f"{site.url}/gone: the server answers 404 Not Found."),
        (["--tissue", "heart", "--catalogue", offline], "http://127.0.0.1:1/d.h5ad: cannot be reached ("),
        (["--tissue", "hart"], "catalogue.csv has no such tissue; the closest name is 'heart'."),
        (["--tissue", "heart", "--donors", "2"], "--donors: does not go with `fetch --tissue`"),
        (["--census", "heart", "--catalogue", gone], "--catalogue: does not go with `fetch --census`"),
        (["--census", "heart", "--census-version", "/nowhere"], "the Census /nowhere cannot be read ("),
    ]:
        assert main(["fetch", "--to", str(tmp_path / "data"), *map(str, arguments)]) == 2
        printed = capsys.readouterr()
        assert fault in printed.err
        assert len(printed.err.splitlines()) == 1, printed.err
        assert printed.out == ""
    assert not list(tmp_path.rglob("*heart*.h5ad"))


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--census", "heart", "--tissue", "heart"], "not allowed with"),
        ([], "--tissue --census identifiers is required"),
    ],
)
def test_bad_usage(arguments: list[str], fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fetch", *arguments]) == 2
    assert fault in capsys.readouterr().err
