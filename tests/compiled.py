"""Statements are compiled once in a process of tests, and not anew for each of its hundreds of databases."""

from collections.abc import Hashable
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

MAX_STATEMENTS = 5_000
_dialects: dict[Hashable, Dialect] = {}
_statements: LRUCache[Any, Any] = LRUCache(MAX_STATEMENTS)


def share_compiled(connection: Connection) -> None:
    """Have a connection use what others of its kind have compiled; kinds differ in what hears of errors, too."""
    own = connection.dialect
    kind = (type(own), type(own.dbapi), tuple(own.dispatch.handle_error))
    connection.dialect = _dialects.setdefault(kind, own)
    connection.execution_options(compiled_cache=_statements)
