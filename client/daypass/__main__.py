"""`python -m daypass`."""

from daypass.cli.app import main

if __name__ == "__main__":
    main()
