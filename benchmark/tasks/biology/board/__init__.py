"""The leaderboard of what embeddings know: its rows, its columns and what it says."""
