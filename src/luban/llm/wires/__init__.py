"""How models are spoken to: a module per wire, each loaded by the first call that needs it."""
