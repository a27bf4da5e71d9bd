"""The commands of the luban program."""
