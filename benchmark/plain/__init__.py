"""Plain implementations, clear and not fast: the opponents in `bench`, the oracles in tests."""
