"""One file per method that turns the gene graphs of a tissue into gene embeddings."""
