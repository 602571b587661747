"""What is known about genes that no method is trained on: gene sets and labels, embedded or from files."""
