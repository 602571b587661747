"""The task of biology: what embeddings know about genes that no method was trained on."""
