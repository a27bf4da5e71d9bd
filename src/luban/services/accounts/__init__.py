"""Who may come in, how they show who they are, and what is kept of it."""
