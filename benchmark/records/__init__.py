"""What one cell left behind: the record, and the folder that keeps records."""
