"""Models for use: trained on an expression set, kept in a file, applied to the landmarks of a plate."""
