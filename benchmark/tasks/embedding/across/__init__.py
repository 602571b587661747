"""Methods across the tissues of one source and preset."""
