"""From counts to a gene graph: quality control, gene selection, residuals, edges."""
