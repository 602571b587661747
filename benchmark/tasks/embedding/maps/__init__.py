"""Maps of embeddings in two dimensions."""
