"""The figures of the embedding task."""
