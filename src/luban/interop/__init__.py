"""Foreign graph formats in and out."""
