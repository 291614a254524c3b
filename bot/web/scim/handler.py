"""Handles a SCIM request: the library does, but for what providers send beyond the standard, and for large groups."""

import json
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService

from bot.web.scim.members import member_changes
from bot.web.scim.storage import ScimStorage


class Handler(ScimHandler):
    """The library's handler. It computes for seconds where a group is large, so it belongs into a thread."""

    def __init__(self, service: ScimService, storage: ScimStorage) -> None:
        super().__init__(service, storage)
        self._stored = storage

    def patch(self, request: ScimRequest) -> ScimResponse:
        """Modify a resource. Members of a group are changed by their ids, without the others being read."""
        try:
            read = json.loads(request.body)
        except ValueError:
            return super().patch(request)
        meant = as_meant(read, request.path.rpartition("/")[2])
        conditional = request.query or request.header("If-Match") or request.header("If-None-Match")
        changes = None if conditional else member_changes(request.path, meant)
        if changes is None:
            return super().patch(replace(request, body=json.dumps(meant).encode()))
        self.service.ensure_json(request.header("Content-Type"))
        version = self._stored.change_members(changes.group, changes.added, changes.removed)
        return ScimResponse(HTTPStatus.NO_CONTENT, None, {"ETag": version})


def as_meant(read: Any, id: str) -> Any:
    """Leave out of a PATCH what changes nothing and would be refused: the resource's own id among the values, as Okta
    sends it, and the empty `$ref` of a member, as Microsoft Entra does."""
    operations = read.get("Operations") if isinstance(read, dict) else None
    for operation in operations if isinstance(operations, list) else ():
        value = operation.get("value") if isinstance(operation, dict) else None
        if isinstance(value, dict) and not operation.get("path") and value.get("id") == id:
            del value["id"]
        for one in value if isinstance(value, list) else ():
            if isinstance(one, dict) and one.get("$ref", id) is None:
                del one["$ref"]
    return read
