"""A model that is none: fixed rules, no network, the same answer every time."""
