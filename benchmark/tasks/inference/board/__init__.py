"""Leaderboards of the L1000 task, and paired tests against the linear baseline, from cell records."""
