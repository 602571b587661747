"""What the command line and notebooks call."""
