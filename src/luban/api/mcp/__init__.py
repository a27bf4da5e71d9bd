"""The agents of an owner as tools of the Model Context Protocol."""
