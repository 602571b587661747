"""From records of gene embeddings to their leaderboards."""
