"""What can be said about differences between methods, and what cannot."""
