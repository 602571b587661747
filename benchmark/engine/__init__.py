"""Plan, run, records: cells in child processes with limits and progress."""
