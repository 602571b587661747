"""What the names of a matrix of counts are: those of genes, and what else ends up among them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.gene_ids import NUMBER, without_version

EXPRESSION = "Gene Expression"
"""Type that 10x gives to the features that are genes."""

_OTHER_TYPES = r"peaks|custom|protein|.*(?:capture|antibod|hashtag).*"

_MONTH = r"(?:jan|feb|mar|mrz|mär|apr|may|mai|jun|jul|aug|sept?|oct|okt|nov|dec|dez)"
_DAY_FIRST = rf"(?:{_MONTH}|mars|märz|mrt|sett?|dic|déc)"  # SET and MARS are genes, so not before a number
_REPEATED = r"(?:[-._]\d+)?"  # what makes equal names unique
_FACTS = (
    r"total|sum|length|chr|chrom|start|end|strand|gene_?length|orig[._-]ident|(?:seurat_)?clusters?|leiden|louvain"
    r"|cell_?types?|barcodes?|batch|sample|donor|doublet_scores?|phase|s[._]score|g2m[._]score|size_?factors?"
    r"|(?:log1p_)?n[._-]?(?:counts?|features?|genes?|umis?|cells)(?:[._-].*)?|(?:log1p_)?total_(?:counts|umis?).*"
    r"|(?:percent|pct)[._-].*|.*_snn_res\..*"
)

NO_GENES = {
    "missing names": rf"(?:nan|none|n/?a|#n/a|<na>|null|unknown|unnamed(?:: \d+)?|[-.?])?{_REPEATED}",
    "dates that a spreadsheet made of names": (
        rf"(?:X?\d{{1,2}}[-. ]{{1,2}}{_DAY_FIRST}\.?|{_MONTH}\.?[-. ]\d{{1,2}}){_REPEATED}"
        r"|\d{4}-\d\d-\d\d(?:[ T]00:00:00)?|\d{1,2}(?:/\d{1,2}/|\.\d{1,2}\.)\d{2,4}|\d(?:\.\d+)?E\+\d+"
    ),
    "peaks": r"(?:chr[\w.]+?|[1-9]\d?|[XYM]|MT|[A-Z]{2}\d{6}\.\d)[:._-]\d+[._-]\d+|(?:.*[-_.])?peak[-_.]\d+",
    "counters of reads": (
        r"X?[-_]{2}.*|N[-_.](?:unmapped|multimapping|noFeature|ambiguous)|Unassigned.*|\*|no_feature|ambiguous"
        r"|too_low_aQual|not_aligned|alignment_not_unique"
    ),
    "spike-ins": r"g?ERCC[-_.]?\d{5}|SIRV[-_.]?\d+|.*spike[-_. ]?in.*",
    "antibodies and hashtags": (
        r".+[-_.]Total(?:Seq)?[-_.]?[ABCD]?\d*|ADT[-_.].+|HTO[-_. ]?[A-Z]?\d*|hash(?:tag)?[-_. ]?\d.*"
    ),
    "columns of metadata": _FACTS,
}
"""What is no gene, and the pattern of its names, in any case."""

_GENOME = r"^((?:hg|mm)\d+|GRC[hm]\d+|HUMAN|MOUSE)[-_.]+"
_CHROMOSOME = r"__chr\w+$"  # CEL-Seq: A1BG__chr19


@dataclass(frozen=True, eq=False)
class FeatureNames:
    """The names of a matrix, genes and others apart.

    Parameters
    ----------
    are_genes
        True for the columns of genes, shape (n_columns,).
    genes
        Their names, without genome, chromosome and version of Ensembl ids, shape (n_genes,).
    others
        The names of the other columns by what they are, a key of `NO_GENES`.
    """

    are_genes: np.ndarray
    genes: pd.Index
    others: dict[str, list[str]]

    @property
    def in_words(self) -> str:
        """What is no gene: each kind with its number and up to three different names."""
        parts = []
        for kind, names in self.others.items():
            shown = [repr(name) for name in dict.fromkeys(names)]
            parts.append(f"{len(names)} {kind} ({', '.join(shown[:3])}{', ...' if len(shown) > 3 else ''})")
        return ", ".join(parts)

    @property
    def record(self) -> dict[str, Any]:
        """What is no gene, for the provenance of a graph; empty if all are."""
        numbers = {kind: len(names) for kind, names in self.others.items()}
        return {"names": {"no_genes": numbers, "in_words": self.in_words}} if numbers else {}


def are_expression(types: pd.Series) -> np.ndarray:
    """Return for each type of feature, as 10x and AnnData files state them, whether it is that of genes.

    Biotypes (``"protein_coding"``), which some files have in the same place, are.
    """
    types = types.astype(str)
    expression = types == EXPRESSION
    return (expression if expression.any() else ~types.str.fullmatch(_OTHER_TYPES, case=False)).to_numpy()


def genes_among(names: pd.Index, origin: Path | str) -> FeatureNames:
    """Tell the genes of a matrix from what else has a name in it; all formats pass through here.

    Parameters
    ----------
    names
        Name of each column, shape (n_columns,).
    origin
        What to call the data in a complaint, usually the file.

    Raises
    ------
    InputError
        If there is no gene, the names are peaks or the numbers of the columns, or several genomes are mixed.
    """
    plain = names.astype(str).str.strip()
    genomes = plain.str.extract(_GENOME, expand=False).dropna().unique()
    if len(genomes) > 1:
        raise InputError(f"{origin}: holds genes of several genomes ({', '.join(genomes[:3])}).")
    plain = without_genome(plain)
    are_genes = np.ones(len(plain), dtype=bool)
    others = {}
    for kind, pattern in NO_GENES.items():
        of_kind = are_genes & np.asarray(plain.str.fullmatch(pattern, case=False), dtype=bool)
        if of_kind.any():
            others[kind] = plain[of_kind].tolist()
            are_genes &= ~of_kind
    peaks = others.get("peaks", [])
    if len(peaks) > 10 * are_genes.sum():
        raise InputError(
            f"{origin}: has {len(peaks)} peaks such as {peaks[0]!r} and no genes; make gene activities "
            "of them first."
        )
    genes = _plain_numbers(without_version(plain[are_genes]), origin)
    found = FeatureNames(are_genes, genes, others)
    if not len(genes):
        raise InputError(f"{origin}: has no column of a gene, but {found.in_words}.")
    return found


def without_genome(names: pd.Index) -> pd.Index:
    """Return the names without a genome before (``hg19_TP53``) or chromosome behind (``TP53__chr17``)."""
    return names.str.replace(_GENOME, "", regex=True).str.replace(_CHROMOSOME, "", regex=True)


def is_metadata(names: pd.Index) -> np.ndarray:
    """Return for each name whether it is that of a column of metadata (``"nCount_RNA"``, ``"Length"``)."""
    return np.asarray(names.str.fullmatch(NO_GENES["columns of metadata"], case=False), dtype=bool)


def _plain_numbers(genes: pd.Index, origin: Path | str) -> pd.Index:
    """Return names that are numbers as R and pandas write them (``X7105``, ``7105.0``) as plain numbers."""
    digits = genes.str.extract(NUMBER, expand=False)
    if not len(genes) or np.mean(digits.notna()) <= 0.5:
        return genes
    numbers = np.unique(digits.dropna().astype(float))
    first, last = int(numbers[0]), int(numbers[-1])
    if first in (0, 1) and len(numbers) > 1 and last - first == len(numbers) - 1:
        raise InputError(
            f"{origin}: genes have no names, but the numbers {first} to {last}; name them by symbols or "
            "Ensembl ids."
        )
    return pd.Index(np.where(digits.isna(), genes, digits))
