"""Models that infer the expression of all genes from that of the landmarks.

Their contract is another than that of gene embeddings, so the registry of methods does not look here.
"""
