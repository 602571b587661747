"""Where gene graphs come from: sources of counts, and the steps from counts to graphs."""
