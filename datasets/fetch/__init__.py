"""Getting real counts: the CELLxGENE Census, Visium samples of 10x Genomics, single files."""
