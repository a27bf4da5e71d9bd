"""Models and providers, by configuration."""
