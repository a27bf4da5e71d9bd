"""What a run takes in and gives out, and notes on the canvas."""
