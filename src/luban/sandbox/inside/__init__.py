"""What is sent into a box as text and runs there; nothing here imports anything of Luban."""
