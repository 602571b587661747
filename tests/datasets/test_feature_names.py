"""Columns of a matrix that are no genes are left out by their names, and genes get their plain ones."""

import anndata
import numpy as np
import pandas as pd
import pytest
from lung_counts import counts, shared, write
from scipy import sparse

from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graphs.feature_names import NO_GENES, genes_among
from geneboard.datasets.graphs.gene_tables import read_tables
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.quality_warnings import graph_warnings

SETTINGS = PipelineSettings(n_genes=60, min_genes_per_cell=20)
MISSING, DATES, PEAKS, COUNTERS, SPIKE_INS, ANTIBODIES, METADATA = NO_GENES
NAMES = {
    MISSING: ["", "nan", "NaN", "None", "NA", "<NA>", "#N/A", "nan-1", "NA.2", "Unnamed: 3"],
    DATES: [
        *("1-Mar", "2-Sep", "Dec-01", "1-Mar-1", "X1.Mar", "2021-03-01 00:00:00", "2.31E+13", "3/1/2021"),
        *("01. Mrz", "X01..Mrz", "1. Mär", "1-mars", "2-sept.", "1-set", "2021-03-01T00:00:00", "01.03.2021"),
    ],
    PEAKS: [
        "chr1:10-500",
        "chrX-10-500",
        "chr2_10_500",
        "1:10-500",
        "GL000194.1:5-9",
        "chr1.1.500",
        "peak_7",
    ],
    COUNTERS: [
        "__no_feature",
        "--ambiguous",
        "N_unmapped",
        "N-noFeature",
        "X__not_aligned",
        "no_feature",
        "*",
    ],
    SPIKE_INS: ["ERCC-00002", "ERCC.00074", "ercc_00130", "SIRV101", "Spike-in_A"],
    ANTIBODIES: ["CD3_TotalSeqB", "CD19-TotalC", "HTO_1", "HTO-A", "Hashtag1", "adt_CD4"],
    METADATA: ["Total", "nCount_RNA", "seurat_clusters", "Length", "orig.ident", "percent.mt", "n_genes"],
}
LOOK_ALIKE = [
    *(
        "ERCC1",
        "ERCC6L2-AS1",
        "ADTRP",
        "PEAK1",
        "IGHVIII-11-1",
        "DEC1",
        "MARCHF1",
        "SEPTIN2",
        "NAT1",
        "NANS",
        "7SK",
    ),
    *(
        "5S_rRNA",
        "X99384",
        "NCAN",
        "2310009E13Rik",
        "N4BP1",
        "RP11-442N24__B.1",
        "HLA-A",
        "MT-CO1",
        "PHACTR1",
        "SET.1",
        "MARS-1",
    ),
]


@pytest.mark.parametrize("kind", NAMES)
def test_what_is_no_gene(kind):
    found = genes_among(pd.Index([*NAMES[kind], *LOOK_ALIKE]), "a")
    assert found.others == {kind: NAMES[kind]}
    assert found.are_genes.tolist() == [False] * len(NAMES[kind]) + [True] * len(LOOK_ALIKE)
    assert found.genes.tolist() == LOOK_ALIKE


@pytest.mark.parametrize(
    ("names", "plain"),
    [
        (["hg19_TP53", "hg19_MT-CO1"], ["TP53", "MT-CO1"]),
        (["GRCh38---TP53", "GRCh38---ENSG00000141510.1"], ["TP53", "ENSG00000141510"]),
        (["HUMAN_TP53", "HUMAN_MT-CO1"], ["TP53", "MT-CO1"]),
        (["mm10_Trp53", "GRCm38-Actb"], None),
        (["A1BG__chr19", " ACTB "], ["A1BG", "ACTB"]),
        (["X7105", "X9"], ["7105", "9"]),
        (["7105.0", "9.0"], ["7105", "9"]),
        (["X99384", "TP53", "ACTB", "1"], ["X99384", "TP53", "ACTB", "1"]),  # mostly symbols
    ],
)
def test_plain_names(names, plain):
    if plain is None:
        with pytest.raises(InputError, match=r"a: holds genes of several genomes \(mm10, GRCm38\)"):
            genes_among(pd.Index(names), "a")
    else:
        assert genes_among(pd.Index(names), "a").genes.tolist() == plain


@pytest.mark.parametrize(
    ("form", "first"), [("{}", 1), ("{}", 0), ("X{}", 1), ("V{}", 1), ("{}.0", 1)], ids=str
)
def test_numbers_of_the_columns_are_no_names(form, first):
    names = pd.Index([form.format(first + k) for k in range(9)])[::-1]
    with pytest.raises(
        InputError, match=f"a: genes have no names, but the numbers {first} to {first + 8}; name"
    ):
        genes_among(names, "a")


def test_peaks_and_other_matrices_without_genes():
    peaks = [f"chr1:{1000 * k}-{1000 * k + 500}" for k in range(30)]
    with pytest.raises(
        InputError, match="has 30 peaks such as 'chr1:0-500' and no genes; make gene activities"
    ):
        genes_among(pd.Index([*peaks, "scaffold_1:1-2x"]), "a")
    assert genes_among(pd.Index([*peaks, *LOOK_ALIKE]), "a").genes.tolist() == LOOK_ALIKE
    with pytest.raises(InputError, match=r"has no column of a gene, but 2 missing names \('nan'\)\.$"):
        genes_among(pd.Index(["nan", "nan"]), "a")


def beside(table, names, types=None):
    """The same counts with more columns, deep enough to change everything if they were genes."""
    more = np.random.default_rng(9).poisson(90, (table.n_obs, len(names)))
    var = pd.DataFrame(index=[*names, *table.var_names])
    if types:
        var["feature_types"] = [*types, *["Gene Expression"] * table.n_vars]
    return anndata.AnnData(sparse.csr_matrix(sparse.hstack([more, table.X])), obs=table.obs, var=var)


def graph_of(folder, table, tables=None, name="a"):
    write(table, folder / name)
    return Files(folder / name, settings=SETTINGS, tables=tables).load("lung").graphs[0]


@pytest.mark.filterwarnings("ignore:Variable names are not unique")
def test_the_graph_is_that_of_the_genes(tmp_path):
    sound = graph_of(tmp_path, counts(), name="sound")
    odd = [*(name for names in NAMES.values() for name in names), "MT.CO1", "COX1", "ND5", "1-Mar"]
    graph = graph_of(tmp_path, beside(counts(), odd))
    assert graph.digest == sound.digest
    assert graph_warnings(sound) == []
    (text,) = graph_warnings(graph)
    assert text.startswith(
        "scrna_lung__a: left out what is no gene: 10 missing names ('', 'nan', 'NaN', ...), 17 dates"
    )
    steps = graph.provenance["steps"]
    assert steps["names"]["no_genes"] == {kind: len(names) + (kind == DATES) for kind, names in NAMES.items()}
    assert steps["quality_control"]["dropped"]["mitochondrial_genes"] == 3
    typed = beside(counts(), ["CD3", "CD4", "P1"], ["Antibody Capture", "CRISPR Guide Capture", "Peaks"])
    assert graph_of(tmp_path, typed, name="typed").digest == sound.digest
    typed.var["feature_types"] = "Antibody Capture"
    with pytest.raises(
        InputError, match=r"a\.h5ad: none of its 93 features is of the type 'Gene Expression'"
    ):
        graph_of(tmp_path, typed, name="none")
    biotypes = counts()
    biotypes.var["feature_type"] = ["protein_coding", "lncRNA"] * 45
    assert graph_of(tmp_path, biotypes, name="biotypes").digest == sound.digest


def test_names_are_those_of_the_matrix_with_the_counts(tmp_path):
    """Residuals under Ensembl ids, raw counts of more genes under symbols."""
    whole = counts()
    table = whole[:, :50].copy()
    table.X = table.X.log1p()
    table.var_names = [f"ENSG{k:011d}" for k in range(50)]
    table.raw = whole
    write(table, tmp_path)
    write(counts(seed=1), tmp_path, "scrna_lung_b")
    tissue = Files(tmp_path, settings=SETTINGS).load("lung")
    assert tissue.graphs[0].digest == graph_of(tmp_path, whole, name="sound").digest
    assert len(tissue.common_genes) == 41
    table.X = whole[:, :50].X  # now they are in X, under Ensembl ids
    write(table, tmp_path)
    with pytest.raises(InputError, match=r"b\.h5ad: has gene symbols where .*a\.h5ad has Ensembl ids"):
        Files(tmp_path, settings=SETTINGS).load("lung")


@pytest.fixture
def with_entrez(tmp_path):
    """Tables of human and mouse whose Entrez ids are 7k and 7k + 3."""
    rows = [
        *((f"ENSG{k:011d}", f"GENE{k}", 7 * k + 7) for k in range(90)),
        *((f"ENSMUSG{k:011d}", f"Gene{k}", 7 * k + 10) for k in range(90)),
        ("ENSG00000000099", "GENE99", 7),  # with GENE0 of the same number: which is meant is not known
    ]
    path, pairs = tmp_path / "ids.tsv", tmp_path / "pairs.csv"
    pd.DataFrame(rows, columns=["ensembl", "symbol", "entrez"]).to_csv(path, sep="\t", index=False)
    pd.DataFrame({"mouse": [f"Gene{k}" for k in range(90)], "human": [f"GENE{k}" for k in range(90)]}).to_csv(
        pairs
    )
    return read_tables([path], pairs)


@pytest.mark.parametrize(
    ("form", "species"), [("{}", "human"), ("X{}", "human"), ("{}.0", "mouse")], ids=["plain", "R", "mouse"]
)
def test_entrez_ids_are_looked_up(tmp_path, with_entrez, form, species):
    """Beside symbols, also where all datasets have Entrez ids, with mitochondrial ones among them."""
    skip = int(species == "human")  # Entrez id 7 is two genes
    sound = graph_of(tmp_path, counts()[:, skip:].copy(), name="sound")
    offset = 7 if species == "human" else 10
    numbers = [*("4512", "17708"), *(str(7 * k + offset) for k in range(90))]
    table = beside(counts(), numbers[:2])
    table.var_names = [form.format(number) for number in numbers]
    write(table, tmp_path / "data")
    alone = Files(tmp_path / "data", settings=SETTINGS, tables=with_entrez).load("lung").graphs[0]
    write(counts(), tmp_path / "data", "scrna_lung_b")
    graph = Files(tmp_path / "data", settings=SETTINGS, tables=with_entrez).load("lung").graphs[0]
    assert graph.genes.equals(sound.genes)
    assert np.array_equal(graph.features, sound.features)
    assert (graph.adjacency != sound.adjacency).nnz == 0
    assert graph.species == alone.species == species
    assert np.array_equal(alone.features, sound.features)
    assert set(alone.genes.str[:2]) == {"GE" if species == "human" else "Ge"}
    assert graph.provenance["steps"]["quality_control"]["dropped"]["mitochondrial_genes"] == 2


def test_other_numbers_are_refused(tmp_path, with_entrez):
    lines = counts(genes=[str(7 + 3 * k) for k in range(90)])
    with pytest.raises(
        InputError, match=r"a\.h5ad: genes are numbers such as '7'; for Entrez ids give --ids"
    ):
        graph_of(tmp_path, lines)
    with pytest.raises(InputError, match=r"'7'; \d\d% of them are Entrez ids in the tables given, and 95%"):
        graph_of(tmp_path, lines, with_entrez)
    path, known = tmp_path / "a.h5ad", [str(7 * k + 14) for k in range(89)]
    few, many = [str(k) for k in range(1, 61, 7)], [str(100_007 + 7 * k) for k in range(60)]
    with pytest.raises(InputError, match=r"91% of them are Entrez ids"):  # one of ten may be
        with_entrez.naming_of_numbers(pd.Index([*known, *few]), path)
    assert with_entrez.naming_of_numbers(pd.Index([*known, *many]), path).species == "human"
    with pytest.raises(InputError, match=r"\d\d% of them are Entrez ids in the tables given, and 50%"):
        with_entrez.naming_of_numbers(pd.Index([*known[:50], *many]), path)


@pytest.mark.shared
def test_real_names_are_all_those_of_genes():
    for species in ("human", "mouse"):
        table = pd.read_csv(shared(f"orthologs/gene_ids_{species}.tsv.gz"), sep="\t", dtype=str)
        found = genes_among(pd.Index(table["symbol"].dropna()), species)
        assert found.others == {}
        assert found.genes.equals(pd.Index(table["symbol"].dropna()))
