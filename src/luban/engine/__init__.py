"""Runs graphs: a pure planner, and the loop that does what it says."""
