"""The command `clusters`: which genes of a stored embedding cluster together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.commands import arguments as given

if TYPE_CHECKING:
    import pandas as pd

GENES_SHOWN = 12


@dataclass(frozen=True, eq=False)
class Clusters:
    """The clusters of an embedding.

    Attributes
    ----------
    table
        Columns gene, dataset and cluster, a row for each row of the embedding; cluster 0 is the largest.
    members
        Columns cluster, gene, datasets (in how many of them the gene is in the cluster) and distance (to the
        centre); the genes that stand for a cluster come first.
    verdict
        What was found, in one sentence.
    """

    table: pd.DataFrame
    members: pd.DataFrame
    verdict: str


def clusters(
    tissue: given.TissueName,
    method: given.MethodName | None = None,
    *,
    out: given.Folder = "results",
    preset: given.Preset | None = None,
    source: given.Name | None = None,
    seed: given.Seed | None = None,
    to: given.File | None = None,
) -> Clusters:
    """Show which genes cluster together.

    The clusters are those of the metrics: Leiden on the graph of 15 neighbours, over all genes and datasets.

    Parameters
    ----------
    tissue, method, out, preset, source, seed
        As for `neighbours`.
    to
        Write a .csv with the cluster of each gene in each dataset.

    Raises
    ------
    InputError
        If there is no such embedding.
    """
    from geneboard.benchmark.commands.terminal import show_warning
    from geneboard.benchmark.report.wording import counted
    from geneboard.benchmark.tasks.embedding.stored import clusters as of_embedding
    from geneboard.benchmark.tasks.embedding.stored.find import find_embedding
    from geneboard.datasets.atomic import write_atomically

    found = find_embedding(
        Path(out), tissue, method=method, preset=preset, source=source, seed=seed, warn=show_warning
    )
    table = of_embedding.cluster_table(found.genes, found.datasets, found.matrix)
    together, several = of_embedding.kept_together(table)
    verdict = f"{found.title}: {counted(table['cluster'].nunique(), 'cluster')}"
    if several:
        verdict += (
            f"; {together} of the {several} genes of two or more datasets "
            f"are in the same cluster in all of them"
        )
    shown = table[["gene", "dataset", "cluster"]]
    if to is not None:
        write_atomically(Path(to), shown.to_csv(index=False).encode())
    return Clusters(shown, of_embedding.members(table), verdict)


def show_clusters(found: Clusters, to: Path | str | None = None, *, top: given.Count = 10) -> int:
    """Print the largest clusters with their genes.

    Parameters
    ----------
    found
        The clusters.
    to
        Where they were written.
    top
        How many clusters are shown.
    """
    from geneboard.benchmark.commands.terminal import show_lines

    print(found.verdict)
    n_datasets, shown = found.table["dataset"].nunique(), found.members[found.members["cluster"] < top]
    for number, own in shown.groupby("cluster"):
        genes = ", ".join(own["gene"][:GENES_SHOWN])
        more = f" and {len(own) - GENES_SHOWN} more" if len(own) > GENES_SHOWN else ""
        inside = found.table[found.table["cluster"] == number]
        of = f" in {inside['dataset'].nunique()} of {n_datasets} datasets" if n_datasets > 1 else ""
        show_lines(f"{number:>3}  {len(own)} genes{of}:", f"{genes}{more}")
    left = found.table["cluster"].nunique() - top
    if left > 0:
        print(f"{left} smaller clusters: --top shows more")
    print("all of them: --to FILE.csv" if to is None else f"all of them: {to}")
    return 0
