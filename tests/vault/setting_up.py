"""What an operator does in OpenBao for engines beside the demo's, with the files of examples/vault."""

import json
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import requests

from bot.demo.openbao import OpenBao, write_policy
from bot.demo.warehouse import EXAMPLES

_OWN = "database/creds/warehouse-*"
_LEASES = f'"lease_id" = ["{_OWN}"]'


@contextmanager
def daypass_may_end(bao: OpenBao, paths: Sequence[str], readable: Sequence[str] = ()) -> Iterator[None]:
    """Daypass's own policy with these paths in the four places that its file names."""
    own = (EXAMPLES / "daypass.hcl").read_text()
    assert own.count(_LEASES) == 2
    rules = own.replace(_LEASES, f'"lease_id" = {json.dumps([_OWN, *paths])}')
    rules += "".join(
        f'path "sys/leases/lookup/{one}" {{ capabilities = ["list", "sudo"] }}\n' for one in paths
    )
    rules += "".join(f'path "{one}" {{ capabilities = ["read"] }}\n' for one in readable)
    write_policy(bao, "daypass", rules)
    yield
    write_policy(bao, "daypass", own)


def write_grant(bao: OpenBao, file: str, path: str) -> str:
    """The policy of an entitlement as examples/vault has it in `file`, for this path; its name."""
    rules = (EXAMPLES / f"{file}.hcl").read_text()
    (shown,) = (found for found in re.findall(r'^path "([^"]+)"', rules, re.MULTILINE) if "sys/" not in found)
    name = f"grant-{path.replace('/', '-')}"
    write_policy(bao, name, rules.replace(shown, path))
    return name


def mariadb_connection(port: int, password: str, username: str = "openbao") -> dict[str, Any]:
    """Vault's settings of a MariaDB that it finds at this port."""
    return {
        "plugin_name": "mysql-database-plugin",
        "connection_url": f"{{{{username}}}}:{{{{password}}}}@tcp(127.0.0.1:{port})/",
        "username": username,
        "password": password,
    }


def rabbitmq_connection(port: int, password: str, username: str = "openbao") -> dict[str, Any]:
    """Vault's settings of a RabbitMQ whose management plugin it finds at this port."""
    return {"connection_uri": f"http://127.0.0.1:{port}", "username": username, "password": password}


def example(name: str) -> dict[str, Any]:
    """A role of examples/vault."""
    return dict(json.loads((EXAMPLES / f"{name}.json").read_text()))


def keep_secret(bao: OpenBao, path: str, **data: str) -> None:
    """Write a static secret. A fresh mount of version 2 is prepared in the background, and answers 400 until it is."""
    deadline = time.monotonic() + 20
    while True:
        try:
            bao.call("POST", path, data=data)
            return
        except requests.HTTPError as not_yet:
            if not_yet.response.status_code != 400 or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
