"""What an embedding knows about genes: gene sets, labels and enriched clusters, with nulls and intervals."""
