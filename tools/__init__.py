"""What builds, checks and proves the project; none of it is part of the program."""
