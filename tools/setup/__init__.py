"""What `./run` does before the program starts; standard library only."""
