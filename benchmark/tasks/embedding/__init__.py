"""The task of embeddings: methods are trained on the gene graphs of a tissue and scored."""
