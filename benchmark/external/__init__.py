"""Methods and embeddings from elsewhere: commands of other environments, files of vectors."""
