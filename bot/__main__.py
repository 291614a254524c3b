"""`python -m bot` is `daypass`."""

from bot.cli import main

main()
