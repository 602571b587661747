"""The pictures of biology."""
