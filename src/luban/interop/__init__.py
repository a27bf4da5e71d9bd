"""Foreign graph formats and the agent file; foreign words stop here."""
