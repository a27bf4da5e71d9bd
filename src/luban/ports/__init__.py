"""What the engine and the services ask of the world, as protocols."""
