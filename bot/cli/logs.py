"""What the process says about itself, to its standard error."""

import logging

QUIET = (
    "aiohttp", "alembic", "apscheduler", "asyncio", "httpcore2", "httpx2", "hvac", "slack_bolt", "slack_sdk",
    "urllib3",
)  # fmt: skip
"""Below a warning these tell of every turn, and some of them with the body of a request in it."""


def set_up_logging() -> None:
    """Log from INFO on; libraries only speak up when something is wrong."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    quieten()


def quieten() -> None:
    """Keep libraries to warnings, whatever the level of the whole."""
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
