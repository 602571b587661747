"""The eleven claims of the two publications, each with its rule and the run that it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from geneboard.benchmark.report.statistics.decide import Finding
from geneboard.benchmark.tasks.claims import biology, embeddings, inference
from geneboard.benchmark.tasks.claims.evidence import Evidence

MUSE_GNN = "MuSe-GNN, arXiv 2310.02275"
L1000_GNN = "L1000 GNN, Briefings in Bioinformatics 2025, bbaf273"

RUN = "python run_all.py --tissue lung heart pbmc --data DIR --preset paper --seeds 3"
INFER = "python run_all.py infer --data DIR --targets 1000 --seeds 5"
BOTH_GNNS = (
    "The published GNN and the tuned one are each judged, and both must have one verdict where both were run."
)
SCORES = (
    "By the mean difference of patients (each the mean over its test samples of all seeds in common, t "
    "interval "
    "over patients), in gene-rank correlation and in MAE with its sign turned"
)


@dataclass(frozen=True)
class Claim:
    """A claim.

    Attributes
    ----------
    name, text, source
        Its number, what it says in one line, and who.
    rule
        What is compared, and what else `decide.RULE` needs to be known.
    needs
        The run that makes the records it needs.
    judge
        Returns what records say of it.
    """

    name: str
    text: str
    source: str
    rule: str
    needs: str
    judge: Callable[[Evidence], Finding]


CLAIMS = (
    Claim(
        "C1",
        "MuSe-GNN is the best of nine methods in every one of ten tissues",
        MUSE_GNN,
        "MuSe-GNN minus each of the other eight published methods in each tissue, by the joint score, "
        "which ranks "
        "here, and by the average score as published; paired jackknife over independent groups of datasets. "
        "It needs all eight in all ten tissues.",
        "python run_all.py --tissue all --data DIR --preset paper --seeds 3",
        embeddings.best_in_every_tissue,
    ),
    Claim(
        "C2",
        "MuSe-GNN gains 20.1 % (heart) and 97.5 % (lung) in average score over the second best method",
        MUSE_GNN,
        "Average score of MuSe-GNN divided by the highest of the other published methods, in percent above "
        "1; "
        "jackknife over independent groups of datasets. Supported by an interval above 0 that reaches the "
        "published "
        "figure, refuted by one below that figure; it needs both tissues.",
        "python run_all.py --tissue heart lung --data DIR --preset paper --seeds 3",
        embeddings.gain_over_the_second,
    ),
    Claim(
        "C3",
        "Sharing weights between graphs helps MuSe-GNN",
        MUSE_GNN,
        "MuSe-GNN minus MuSe-GNN with share_weights=false, joint score; t interval over tissues, at least "
        "two; of each seed the mean over the tissues that have it.",
        f"{RUN} --methods musegnn --ablations",
        embeddings.sharing_helps,
    ),
    Claim(
        "C4",
        "The similarity loss and the contrastive loss help MuSe-GNN",
        MUSE_GNN,
        "MuSe-GNN minus MuSe-GNN with similarity_weight=0, and minus that with contrastive_weight=0, joint "
        "score; "
        "t interval over tissues, at least two; of each seed the mean over the tissues that have it; both "
        "are needed.",
        f"{RUN} --methods musegnn --ablations",
        embeddings.losses_help,
    ),
    Claim(
        "C5",
        "MuSe-GNN predicts the function of genes better than Geneformer and than raw data",
        MUSE_GNN,
        "MuSe-GNN minus Geneformer, and minus raw expression, AUROC of function prediction on the same "
        "genes and "
        "folds, mean over labels, in each tissue; it needs two tissues. Published AUROC of Geneformer "
        "(results/paper/zhong2025_gene_level.csv) are of other genes and folds, and no evidence.",
        "python run_all.py biology --tissue heart lung --data DIR --methods musegnn --seeds 3 "
        "--embedding geneformer=FILE",
        biology.better_than_geneformer,
    ),
    Claim(
        "C6",
        "Networks of single-cell RNA are of the best quality among techniques",
        MUSE_GNN,
        "Networks of scRNA minus those of scATAC and of spatial data of one tissue, matched in numbers of "
        "cells, genes and edges: knowledge of gene sets and reproducibility of edges, both above their null. "
        "Without matching, technique and size are confounded. It needs two tissues with two independent "
        "units of each technique.",
        "python run_all.py techniques --tissue cerebrum --data DIR",
        biology.single_cell_rna_is_best,
    ),
    Claim(
        "C7",
        "A graph network infers expression better than linear and than non-graph models",
        L1000_GNN,
        f"The GNN minus each linear model (least squares, ridge) and non-graph model (neighbours, two "
        "MLPs), with "
        f"all landmarks. {SCORES}. It needs two expression sets. {BOTH_GNNS}",
        INFER,
        inference.gnn_beats_others,
    ),
    Claim(
        "C8",
        "A graph network with a tenth of the landmarks reaches what the other models reach with all",
        L1000_GNN,
        f"The GNN with 5 to 15 % of the landmarks (greedy before lasso before random) minus each other "
        "model with "
        f"all. {SCORES}; 0 is replaced by -{inference.MARGIN}, as comparable is not better. It needs two "
        "expression "
        f"sets. {BOTH_GNNS}",
        f"{INFER} --experiment landmarks --budgets 108 --selection greedy --methods gnn,gnn_tuned",
        inference.tenth_of_landmarks,
    ),
    Claim(
        "C9",
        "Choosing the input landmarks helps",
        L1000_GNN,
        f"The GNN with greedily chosen landmarks minus the same GNN with as many drawn at random. {SCORES}. "
        "It "
        f"needs two expression sets. {BOTH_GNNS}",
        f"{INFER} --experiment landmarks --budgets 108,10 --selection greedy,random --methods gnn,gnn_tuned",
        inference.selection_helps,
    ),
    Claim(
        "C10",
        "The organ as an additional input helps",
        L1000_GNN,
        f"The GNN with organ=true minus the same GNN without, all landmarks. {SCORES}. It needs two "
        "expression "
        f"sets. {BOTH_GNNS}",
        f"{INFER} --experiment organ-covariate --methods gnn,gnn_tuned",
        inference.organ_helps,
    ),
    Claim(
        "C11",
        "A graph network is the best model across platforms too",
        L1000_GNN,
        f"The GNN minus each other model, trained on one platform and tested on another. {SCORES}. It needs "
        "two "
        f"directions. Where platforms share few organs, platform and organ are confounded. {BOTH_GNNS}",
        f"{INFER} --experiment platform --test-data DIR2, and the same with the two folders exchanged",
        inference.across_platforms,
    ),
)
"""In the order of the publications."""
