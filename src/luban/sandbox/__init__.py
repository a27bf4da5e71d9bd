"""Where code that nobody vouches for runs, and how it is kept there."""
