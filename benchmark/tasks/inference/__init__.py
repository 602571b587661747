"""The L1000 task in the engine: problems, cells, and models for use."""
