"""The engine: which cells to run, running them, their records and the leaderboards."""
