"""`python -m luban` is the command `luban`."""

from luban.cli.main import main

main()
