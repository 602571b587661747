"""Expression sets for inference from the L1000 landmark genes: reading, preprocessing, splits, simulation.

These files are no sources of gene graphs, so the registry does not look for any here.
"""
