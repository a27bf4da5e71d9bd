"""`python -m luban.cli`."""

from luban.cli.main import main

if __name__ == "__main__":
    main()
