"""Whether networks of one technique are better than those of another, matched in cells, genes and edges."""
