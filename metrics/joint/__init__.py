"""The joint score: what an embedding knows of the graphs, and whether it holds the datasets in one space."""
