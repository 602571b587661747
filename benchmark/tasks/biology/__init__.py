"""The task of biology: what do embeddings know about genes that no method was trained on?"""
