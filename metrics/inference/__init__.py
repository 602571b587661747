"""Metrics of inferred expression: pure functions of true and predicted values.

They score samples x genes and not embeddings, so they are apart from the metrics that the registry lists.
"""
