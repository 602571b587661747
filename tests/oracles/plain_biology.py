"""What embeddings know about genes, by definition: pair by pair, test by test, fit by fit."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.stats import hypergeom
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler
from statsmodels.stats.multitest import multipletests


def cosine(one, other):
    return round(float(one @ other / np.sqrt((one @ one) * (other @ other))), 6)


def pairs_of(vectors, names, sets):
    """Return (i, j, cosine, names of the sets that both are in) of genes that are in some set."""
    kept = [i for i, name in enumerate(names) if any(name in genes for genes in sets.values())]
    kept = [i for i in kept if vectors[i].any()]
    return [
        (
            i,
            j,
            cosine(vectors[i], vectors[j]),
            {s for s, genes in sets.items() if {names[i], names[j]} <= genes},
        )
        for i, j in combinations(kept, 2)
    ]


def plain_auc(values, genes, sets):
    """Return the AUC of each dataset."""
    found = []
    for vectors, names in zip(values, genes, strict=True):
        pairs = pairs_of(vectors, names, sets)
        found.append(roc_auc_score([bool(pair[3]) for pair in pairs], [pair[2] for pair in pairs]))
    return found


def plain_auc_of_sets(values, genes, sets):
    """Return for each set the AUC of its pairs against all others; datasets weigh by its pairs."""
    aucs, counts = {name: [] for name in sets}, {name: [] for name in sets}
    for vectors, names in zip(values, genes, strict=True):
        pairs = pairs_of(vectors, names, sets)
        for name in sets:
            own = [name in pair[3] for pair in pairs]
            if any(own):
                aucs[name].append(roc_auc_score(own, [pair[2] for pair in pairs]))
                counts[name].append(sum(own))
    return [np.average(aucs[name], weights=counts[name]) if counts[name] else np.nan for name in sets]


def plain_recall(vectors, names, sets, k=10):
    """Return recall at k over chance; no two cosines may be equal."""
    near: dict[int, list[tuple[float, bool]]] = {}
    for i, j, similarity, shared in pairs_of(vectors, names, sets):
        for gene in (i, j):
            near.setdefault(gene, []).append((similarity, bool(shared)))
    recalls = []
    for others in near.values():
        partners = sum(shared for _, shared in others)
        if partners:
            recalls.append(sum(shared for _, shared in sorted(others)[::-1][:k]) / partners)
    return np.mean(recalls) / (k / (len(near) - 1))


def plain_resampled_auc(values, genes, sets, drawn):
    """Return the mean AUC where a set was drawn so often; a pair weighs the mean of its sets."""
    areas = []
    for vectors, names in zip(values, genes, strict=True):
        pairs = pairs_of(vectors, names, sets)
        apart = np.array([pair[2] for pair in pairs if not pair[3]])
        won = weights = 0.0
        for _, _, similarity, shared in pairs:
            if shared:
                weight = np.mean([drawn[name] for name in shared])
                won += weight * ((apart < similarity).mean() + 0.5 * (apart == similarity).mean())
                weights += weight
        areas.append(won / weights)
    return np.mean(areas)


def plain_enrichment(clusters, sets, background):
    """Return p-values and rates of clusters (sets of names) x sets."""
    p_values = np.array(
        [
            [
                hypergeom.sf(len(cluster & genes) - 1, len(background), len(genes & background), len(cluster))
                for genes in sets.values()
            ]
            for cluster in clusters
        ]
    )
    return p_values, multipletests(p_values.ravel(), method="fdr_bh")[1].reshape(p_values.shape)


def plain_auroc(train, positive, inner, test, truth, penalties):
    """Return the AUROC of logistic regression with the penalty that is best over inner folds."""
    scaler = StandardScaler().fit(train)
    train, test = scaler.transform(train), scaler.transform(test)

    def scores(rows, labels, others, penalty):
        model = LogisticRegression(C=penalty, class_weight="balanced", tol=1e-3, max_iter=1000)
        return model.fit(rows, labels).predict_proba(others)[:, 1]

    mean = []
    for penalty in penalties:
        of_folds = []
        for fold in sorted(set(inner)):
            out = np.array([number == fold for number in inner])
            of_folds.append(
                roc_auc_score(positive[out], scores(train[~out], positive[~out], train[out], penalty))
            )
        mean.append(round(np.mean(of_folds), 12))
    return roc_auc_score(truth, scores(train, positive, test, penalties[int(np.argmax(mean))]))


def plain_halves_auc(strengths, edges, order):
    """Return the mean AUC of pairs in one half for the edges of the other, whose genes are renamed."""
    pairs = list(combinations(range(len(order)), 2))
    areas = []
    for strength, joined in zip(strengths, edges[::-1], strict=True):
        renamed = {frozenset(order[gene] for gene in pairs[place]) for place in joined}
        areas.append(roc_auc_score([frozenset(pair) in renamed for pair in pairs], strength))
    return np.mean(areas)
