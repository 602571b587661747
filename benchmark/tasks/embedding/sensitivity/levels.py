"""Which degradations there are, and their levels.

They stand apart from the functions that do the work, whose source is a part of the key of every step: other
words here, or one more level, have no finished step scored again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from geneboard.benchmark.tasks.embedding.sensitivity.degradations import (
    add_noise,
    collapse,
    drop_dimensions,
    shift_datasets,
    shuffle_genes,
    shuffle_names,
)
from geneboard.metrics.base import EmbeddingRows


@dataclass(frozen=True)
class Degradation:
    """A way to ruin an embedding.

    Attributes
    ----------
    name
        As in tables and files.
    title
        For people.
    meaning
        What a level is, in words.
    levels
        From 0, the untouched embedding, upwards.
    apply
        From rows, a level and a seed to the rows of the worse embedding, in the same order.
    halfway
        The level that counts as half of the way down.
    random
        False if the seed has no influence; it then has one repeat.
    """

    name: str
    title: str
    meaning: str
    levels: tuple[float, ...]
    apply: Callable[[EmbeddingRows, float, int], EmbeddingRows]
    halfway: float
    random: bool = True


DEGRADATIONS = {
    degradation.name: degradation
    for degradation in (
        Degradation(
            "noise",
            "Noise",
            "length of Gaussian noise added to every vector, in units",
            (0, 0.2, 0.5, 1, 2, 5, 20),
            add_noise,
            halfway=1,
        ),
        Degradation(
            "shift",
            "Dataset shift",
            "distance by which each dataset is moved in a direction of its own, in units",
            (0, 0.1, 0.25, 0.5, 1, 2, 5),
            shift_datasets,
            halfway=1,
        ),
        Degradation(
            "collapse",
            "Collapse",
            "share of the way of all vectors to one point; at 1 a fifth of a unit of noise is left",
            (0, 0.25, 0.5, 0.75, 0.9, 0.99, 1),
            collapse,
            halfway=0.5,
        ),
        Degradation(
            "shuffled_genes",
            "Genes shuffled in each dataset",
            "share of the genes whose vectors are exchanged, in each dataset on its own",
            (0, 0.1, 0.25, 0.5, 0.75, 1),
            shuffle_genes,
            halfway=0.5,
        ),
        Degradation(
            "shuffled_names",
            "Genes shuffled in all datasets alike",
            "share of the genes whose vectors are exchanged, in all datasets in the same way",
            (0, 0.1, 0.25, 0.5, 0.75, 1),
            shuffle_names,
            halfway=0.5,
        ),
        Degradation(
            "fewer_dimensions",
            "Fewer dimensions",
            "how often the number of principal components is halved (32, 16, ... 1)",
            (0, 1, 2, 3, 4, 5),
            drop_dimensions,
            halfway=2.5,
            random=False,
        ),
    )
}
"""All of them, by name. The unit is the root mean square distance of the untouched vectors from their mean.

Half of the way is where noise is as large as what it hides, where two datasets are as far apart as two genes
are, and otherwise the middle.
"""

CONTROL = "random_control"
"""Name that rows of the control random have in the place of a degradation."""
