"""Embeddings that a result folder has, found by names: their neighbours, their clusters, their files."""
