"""The work itself: each module is a player, a process that does work and says what it cost."""
