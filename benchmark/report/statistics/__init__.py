"""What can be said about differences between methods, and what cannot."""

from geneboard.benchmark.report.statistics.comparison import Comparison, compare_methods
from geneboard.benchmark.report.statistics.friedman import (
    CriticalDifference,
    Friedman,
    friedman_test,
    nemenyi_test,
)

__all__ = [
    "Comparison",
    "CriticalDifference",
    "Friedman",
    "compare_methods",
    "friedman_test",
    "nemenyi_test",
]
