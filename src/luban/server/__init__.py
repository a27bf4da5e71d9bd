"""Settings, wiring and processes."""
