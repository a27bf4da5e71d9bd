"""HTTP in and out: translation only."""
