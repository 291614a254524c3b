"""`python -m bot` is `daypass`."""

from bot.cli.commands import main

main()
