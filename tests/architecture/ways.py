"""Every way of writing to the database that a source can show, and the modules that may go it.

Read off the syntax alone, and so by names: what is not on a list here is refused, whatever it is meant for.
"""

import ast
import re
from collections.abc import Iterator

READING = {
    *("ArgumentError", "DBAPIError", "DisconnectionError", "IntegrityError", "OperationalError"),
    *("AsyncConnection", "AsyncEngine", "Connection", "Select", "URL", "make_url", "select", "func"),
    *("String", "cast", "null", "case"),
    *("and_", "bindparam", "exists", "literal", "literal_column", "or_", "true", "tuple_", "union_all"),
}
"""What every module may take from SQLAlchemy: none of it writes."""

FROM_SQLALCHEMY = {
    "workflows/ledger/transaction.py": {"insert", "update", "postgresql", "sqlite"},
    "workflows/database/store.py": {"create_async_engine", "event", "ExceptionContext"},
    "workflows/database/outage.py": {"exc"},
    "workflows/database/heartbeat.py": {"insert", "postgresql", "sqlite", "CreateTable"},
    "workflows/ledger/effect_queue.py": {"update", "postgresql", "sqlite"},
    "workflows/audit/sequencer.py": {"insert"},
    "workflows/audit/witness/cosignatures.py": {"insert"},
    "workflows/audit/forwarding/cursors.py": {"update", "postgresql", "sqlite"},
    "workflows/queries/search_index.py": {"insert", "update", "delete", "postgresql", "sqlite"},
    "workflows/audit/tree_nodes.py": {"insert", "delete"},
    "workflows/audit/lock.py": {"text"},
    "workflows/ledger/loaded_subjects.py": {"text"},
    "workflows/database/stored_messages.py": {"insert", "update"},
    "workflows/database/stored_people.py": {"insert", "update", "delete", "postgresql", "sqlite"},
    "workflows/database/stored_choices.py": {"update"},
    "workflows/database/stored_scim.py": {
        *("insert", "update", "delete", "postgresql", "sqlite"),
        *("ColumnElement", "Executable"),
    },
    "workflows/database/stored_scim_members.py": {"insert", "delete"},
    "workflows/database/stored_leavers.py": {"delete", "postgresql", "sqlite"},
    "integrations/targets/mariadb.py": {"create_async_engine", "text"},
    "integrations/targets/postgresql.py": {"create_async_engine"},
}
"""What else these take, each under its own name. The tables themselves are declared in tables.py."""

DECLARING = {
    *("workflows/database/tables.py", "workflows/database/scim_tables.py"),
    "workflows/database/sink_tables.py",
}
"""Where tables are declared."""

TABLES = {
    *(
        "workflows/ledger/transaction.py",
        "workflows/ledger/recorder.py",
        "workflows/ledger/loaded_subjects.py",
        "workflows/ledger/effect_queue.py",
        "workflows/ledger/repository.py",
    ),
    *(
        "workflows/ledger/repeated_commands.py",
        "workflows/ledger/clockwork.py",
        "workflows/queries/search.py",
        "workflows/queries/recorded_requests.py",
        "workflows/ledger/newest_documents.py",
        "workflows/audit/sequencer.py",
        "workflows/audit/growth.py",
        "workflows/audit/log.py",
        "workflows/audit/witness/cosignatures.py",
        "workflows/audit/forwarding/log_reader.py",
        "workflows/audit/witness/progress.py",
    ),
    *(
        "workflows/queries/search_index.py",
        "workflows/audit/tree_nodes.py",
        "workflows/database/stored_messages.py",
    ),
    "workflows/database/stored_people.py",
    "workflows/database/stored_choices.py",
    "workflows/database/stored_scim.py",
    "workflows/database/heartbeat.py",
}
"""Who may see the tables: by `from workflows.database import tables`, and in no other way."""

DRIVERS = {
    "workflows/database/sqlite.py": {"sqlite3", "aiosqlite"},
    "bot/witness/state.py": {"sqlite3"},
}
"""Who may talk to a database without SQLAlchemy, besides the demo, which starts PostgreSQL."""

OF_THEIR_OWN = {"bot/witness/state.py"}
"""Whose statements are for a database that isn't Daypass's."""

STORE = {"workflows/database/store.py"}
REACHING = {
    "write_transaction": {
        *("workflows/ledger/recorder.py", "workflows/ledger/effect_queue.py", "workflows/audit/sequencer.py"),
        "workflows/audit/witness/cosignatures.py",
        "workflows/audit/forwarding/cursors.py",
        *(
            "workflows/queries/search_index.py",
            "workflows/database/stored_messages.py",
            "workflows/database/stored_people.py",
            "workflows/database/stored_choices.py",
            "workflows/database/stored_scim.py",
        ),
        "workflows/database/heartbeat.py",
    },
    "engine": STORE,
    "execution_options": STORE,
    "exec_driver_sql": STORE,
    "_writer": STORE,
    "begin": {*STORE, "workflows/ledger/outbox.py", "bot/wiring/core.py", "bot/web/console/sign_in.py"},
    "begin_nested": set[str](),
    "commit": {"workflows/database/sqlite.py"},
    "tables": set[str](),
    "get_raw_connection": STORE,
    "raw_connection": set[str](),
    "driver_connection": STORE,
}
"""Attributes, and who may name them. The outbox and the sign-in begin other things than transactions; SQLite's driver
commits what the store tells it to."""

_WRITES = ("insert", "update", "delete")
_BY_NAME = {*REACHING, *_WRITES, "execute"}
_PACKAGES = ("bot", "workflows", "integrations", "migrations")
_DRIVERS = {"sqlite3", "aiosqlite", "psycopg", "psycopg2", "asyncpg"}
_OURS = (
    "subjects",
    "events",
    "texts",
    "effects",
    "once",
    "leaves",
    "checkpoints",
    "cosignatures",
    "finds",
    "found",
    "indexed",
    "nodes",
    "messages",
    "user_groups",
    "scim_resources",
    "scim_members",
    "leavers",
    "readings",
    "heartbeats",
    "sink_cursors",
)
_STATEMENT = re.compile(
    r"\b(insert\s+(or\s+\w+\s+)?into|replace\s+into|delete\s+from"
    r"|update\s+(or\s+\w+\s+)?(only\s+)?\S+\s+set|(drop|alter|truncate)\s+(table|trigger|schema|role|index|view)"
    r'|(update|merge\s+into|truncate|copy|drop|alter)\s+(only\s+)?["\[`]?(\w+\.)?'
    rf"({'|'.join(_OURS)})\b)",
    re.IGNORECASE,
)


def ways(name: str, source: str) -> list[str]:
    """The ways in which this source could write and may not; each with its line."""
    tree = ast.parse(source)
    demo = name.startswith("bot/demo/")
    return [
        *([] if name in DECLARING else _imports(name, tree, demo)),
        *_attributes(name, tree, demo),
        *_methods_of_tables(tree),
        *([] if demo or name in OF_THEIR_OWN else _statements(tree)),
    ]


def _imports(name: str, tree: ast.AST, demo: bool) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                top = one.name.partition(".")[0]
                if top == "sqlalchemy" or one.name == "workflows.database.tables":
                    yield f"{node.lineno}: imports {one.name} whole"
                if top in _DRIVERS and not demo and top not in DRIVERS.get(name, set()):
                    yield f"{node.lineno}: talks to a database by {top}"
                if one.name == "importlib":
                    yield f"{node.lineno}: imports by name"
        elif isinstance(node, ast.ImportFrom):
            yield from _imported(name, node, demo)


def _imported(name: str, node: ast.ImportFrom, demo: bool) -> Iterator[str]:
    module = node.module or ""
    top = module.partition(".")[0]
    if top in _DRIVERS and not demo and top not in DRIVERS.get(name, set()):
        yield f"{node.lineno}: talks to a database by {top}"
    if module in ("importlib", "workflows.database.tables") or node.level:
        yield f"{node.lineno}: imports from {'.' * node.level}{module}"
    for one in node.names:
        told = f"{node.lineno}: takes {one.name} from {module}"
        if top == "sqlalchemy" and one.name not in READING | FROM_SQLALCHEMY.get(name, set()):
            yield told
        elif top == "sqlalchemy" and one.asname not in (None, one.name):
            yield f"{told} under another name"
        elif one.name == "tables" and (module != "workflows.database" or one.asname or name not in TABLES):
            yield told
        elif top in _PACKAGES and one.name in (*_WRITES, "text", "*"):
            yield f"{told}, which isn't its own"


def _attributes(name: str, tree: ast.AST, demo: bool) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and name not in REACHING.get(node.attr, {name}) and not demo:
            yield f"{node.lineno}: reaches for .{node.attr}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            said = {one.value for one in node.args if isinstance(one, ast.Constant)}
            if node.func.id in ("getattr", "attrgetter", "methodcaller") and said & _BY_NAME:
                yield f"{node.lineno}: names {sorted(map(str, said & _BY_NAME))} in a string"
            if node.func.id in ("__import__", "exec", "eval"):
                yield f"{node.lineno}: calls {node.func.id}"


def _methods_of_tables(tree: ast.AST) -> Iterator[str]:
    """`tables.subjects.update()`, under whatever local name."""
    known = {"tables"}
    assigned = [
        node for node in ast.walk(tree) if isinstance(node, ast.Assign | ast.NamedExpr | ast.AnnAssign)
    ]
    for _ in assigned:
        before = len(known)
        for node in assigned:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if node.value and _is_table(node.value, known):
                known |= {
                    one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)
                }
        if len(known) == before:
            break
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _WRITES and _is_table(node.value, known):
            yield f"{node.lineno}: .{node.attr} of a table"


def _is_table(node: ast.AST, known: set[str]) -> bool:
    """A name of a table, or an attribute, item, choice or tuple of such; what is called has another result."""
    match node:
        case ast.Name():
            return node.id in known
        case ast.Attribute() | ast.Subscript() | ast.NamedExpr():
            return _is_table(node.value, known)
        case ast.IfExp():
            return _is_table(node.body, known) or _is_table(node.orelse, known)
        case ast.Tuple() | ast.List():
            return any(_is_table(one, known) for one in node.elts)
        case _:
            return False


def _statements(tree: ast.AST) -> Iterator[str]:
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp) and id(node) not in docstrings:
            found = _STATEMENT.search(_said(node))
            if found:
                yield f"{node.lineno}: says {found[0]!r}"


def _said(node: ast.AST) -> str:
    """A string as it is put together; what isn't written there is an x."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Constant(value=bytes(data)):
            return data.decode(errors="replace")
        case ast.JoinedStr():
            return "".join(map(_said, node.values))
        case ast.BinOp(op=ast.Add()):
            return _said(node.left) + _said(node.right)
        case ast.BinOp(op=ast.Mod()):
            return _said(node.left)
        case _:
            return "x"
