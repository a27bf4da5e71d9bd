"""One file per noun: parse, call one service function, render."""
