"""Why it isn't confirmed at a database that a login is gone: what every kind of database says alike."""

from workflows.ports import Retryable


def login_left(name: str, account: str) -> Retryable:
    """The database of this name still has the login."""
    return Retryable(
        f"The database {name} still has the login {account}, though Vault no longer knows it. "
        "An operator has to end it there (docs/for-operators.md, Alarms)."
    )


def cannot_be_asked(name: str, reason: str) -> Retryable:
    """The database of this name didn't say; `reason` is why, without a full stop."""
    return Retryable(
        f"Vault has ended it, but the database {name} can't be asked whether it is gone there: {reason}."
    )


def not_tried(name: str, reason: str) -> Retryable:
    """A login couldn't be tried at the database of this name; `reason` is why, without a full stop."""
    return Retryable(f"A login couldn't be tried at the database {name}: {reason}.")
