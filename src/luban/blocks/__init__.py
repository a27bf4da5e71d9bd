"""Built-in blocks, one folder per family."""
