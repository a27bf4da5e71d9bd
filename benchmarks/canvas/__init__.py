"""How smooth the canvas stays with many nodes, as a share of the empty canvas beside it."""
