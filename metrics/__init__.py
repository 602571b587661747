"""One file per metric that scores gene embeddings."""
