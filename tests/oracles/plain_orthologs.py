"""Orthologs of two species by definition: gene by gene, pair by pair, cluster by cluster."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from plain_biology import cosine


def plain_placements(values, genes, species, orthologs, least, renamed=None):
    """Return for each pair of datasets {name: (placement, is in the nearest 10, of how many)}.

    `renamed` says which ortholog a gene looks for; without it its own, otherwise any but its own.
    """
    found = []
    back = {other: name for name, other in (renamed or {}).items()}
    having = [
        {name: vector for name, vector in zip(*part, strict=True) if vector.any()}
        for part in zip(genes, values, strict=True)
    ]
    for a, b in permutations(range(len(values)), 2):
        shared = [name for name in having[a] if name in having[b] and name in orthologs]
        if species[a] == species[b] or len(shared) < least:
            continue
        placed = {}
        for name in shared:
            wanted = name if renamed is None else (renamed if species[a] == species[0] else back)[name]
            if wanted not in shared or (renamed is not None and wanted == name):
                continue
            own = cosine(having[a][name], having[b][wanted])
            others = [cosine(having[a][name], v) for other, v in having[b].items() if other != wanted]
            less = np.mean([(one < own) + 0.5 * (one == own) for one in others])
            placed[name] = (less, sum(one > own for one in others) < 10, 1 + len(others))
        found.append(placed)
    return found


def plain_ratio(clusters, genes, species, orthologs, renamed=None):
    """Return the mean over clusters of ortholog pairs / (n1 n2); `renamed` is of the second species."""
    first, second = dict.fromkeys(species)
    ratios, moved = [], [name for name in orthologs if renamed is None or renamed[name] != name]
    for cluster in sorted({c for part in clusters for c in part if c >= 0}):
        held = {
            one: {
                name
                for part, names, own in zip(clusters, genes, species, strict=True)
                for name, c in zip(names, part, strict=True)
                if own == one and c == cluster
            }
            for one in (first, second)
        }
        pairs = sum(name in held[first] and (renamed or {}).get(name, name) in held[second] for name in moved)
        possible = len(held[first]) * len(held[second])
        ratios.append(pairs * len(orthologs) / len(moved) / possible if possible else 0.0)
    return np.mean(ratios)
