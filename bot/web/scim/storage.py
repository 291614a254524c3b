"""Keeps SCIM resources in Daypass's tables, as the protocol's library asks for them (RFC 7644)."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import uuid4

from scim2_models import (
    InvalidFilterException,
    InvalidValueException,
    Meta,
    NotFoundException,
    NotImplementedException,
    PreconditionFailedException,
    Reference,
    Resource,
    ResourceType,
    ResponseParameters,
    ScimFilter,
    SearchRequest,
    UniquenessException,
)
from scim2_models.path import (
    CompareOperator,
    Comparison,
    FilterNode,
    LogicalExpr,
    LogicalOperator,
    ValuePath,
)
from scim2_server.storage import ScimStorage as Storage
from scim2_server.storage import SearchPage

from bot.web.scim.resources import PROVIDER, Group, Member
from workflows.database.stored_scim import (
    Changed,
    Entry,
    Kind,
    Missing,
    StoredResource,
    StoredScim,
    Taken,
    Wanted,
)
from workflows.policy.provisioned import name_key
from workflows.text import comparable

MAX_NAME_CHARS = 400
"""Of a name, an external id or an address."""
ENTERPRISE = "EnterpriseUser"
COLUMNS = {"id": "id", "externalid": "external", "username": "key", "displayname": "key"}
"""The column by which an attribute is found, by the attribute's name in lower case."""
FILTERS = "Filter by “eq” on userName, displayName of a group, externalId, id, emails.value or members, joined by “and”."

T = TypeVar("T")


class ScimStorage(Storage):
    """The storage, for a thread beside the `loop` of the database. `changed` is called there after each change."""

    def __init__(
        self,
        stored: StoredScim,
        now: Callable[[], datetime],
        changed: Callable[[], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._stored = stored
        self._now = now
        self._when_changed = changed
        self._loop = loop

    def _wait(self, asked: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result()

    def _changed(self) -> None:
        self._loop.call_soon_threadsafe(self._when_changed)

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        """Give the resource. Raises NotFoundException."""
        try:
            return _resource(self._wait(self._stored.get(_kind(resource_type), resource_id)))
        except Missing:
            raise _not_found(_kind(resource_type), resource_id) from None

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,
    ) -> SearchPage:
        """Give a page of the resources that match. Raises InvalidFilterException for a filter that no index answers."""
        if len(resource_types) != 1:
            raise NotImplementedException(detail="Search /Users or /Groups.")
        kind = _kind(resource_types[0])
        wanted = _wanted(kind, search_request.filter)
        start = search_request.start_index_0 or 0
        total, found = self._wait(self._stored.find(kind, wanted, start, search_request.count))
        return SearchPage(total, [_resource(one) for one in found])

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """Keep a new resource. Raises UniquenessException."""
        try:
            stored = self._wait(
                self._stored.create(uuid4().hex, _entry(resource_type, resource), self._now())
            )
        except Taken:
            raise UniquenessException from None
        self._changed()
        return _resource(stored)

    def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        """Keep the resource as it is now. Raises NotFoundException, PreconditionFailedException, UniquenessException."""
        id, entry = cast(str, resource.id), _entry(resource_type, resource)
        try:
            stored = self._wait(self._stored.replace(id, entry, _number(expected_version), self._now()))
        except Taken:
            raise UniquenessException from None
        except Missing:
            raise _not_found(_kind(resource_type), id) from None
        except Changed:
            raise PreconditionFailedException from None
        self._changed()
        return _resource(stored)

    def change_members(self, group: str, added: frozenset[str], removed: frozenset[str]) -> str:
        """Put these into the group and take those out, and give its version. Raises NotFoundException."""
        try:
            version, changed = self._wait(self._stored.change_members(group, added, removed, self._now()))
        except Missing:
            raise _not_found("Group", group) from None
        if changed:
            self._changed()
        return _version(version)

    def delete(
        self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None
    ) -> None:
        """Forget the resource. Raises NotFoundException, PreconditionFailedException."""
        try:
            self._wait(
                self._stored.delete(_kind(resource_type), resource_id, _number(expected_version), self._now())
            )
        except Missing:
            raise _not_found(_kind(resource_type), resource_id) from None
        except Changed:
            raise PreconditionFailedException from None
        self._changed()


def _kind(resource_type: ResourceType) -> Kind:
    return "Group" if resource_type.name == "Group" else "User"


def _not_found(kind: str, id: str) -> NotFoundException:
    return NotFoundException(detail=f"{kind} {id!r} not found")


def _version(number: int) -> str:
    return f'W/"{number}"'


def _number(version: str | None) -> int | None:
    return int(version.removeprefix('W/"').removesuffix('"')) if version else None


def _entry(resource_type: ResourceType, resource: Resource[Any]) -> Entry:
    """Give what is kept: the document without its id and what the storage says of it."""
    kind = _kind(resource_type)
    given: Any = resource
    name = _bounded("userName" if kind == "User" else "displayName", _name(given, kind)) or ""
    document = resource.model_dump(exclude={"id", "meta"})
    members = document.pop("members", None) or []
    external = _bounded("externalId", resource.external_id)
    if kind == "Group":
        ids = frozenset(_bounded("members.value", one.get("value")) or "" for one in members) - {""}
        return Entry(kind, name_key(name), json.dumps(document), external, members=ids)
    return Entry(
        kind,
        name_key(name),
        json.dumps(document),
        external,
        active=given.active is not False,
        address=_bounded("emails.value", _address(given)),
        manager=_bounded("manager.value", _manager(given)),
    )


def _name(given: Any, kind: Kind) -> str:
    return str((given.user_name if kind == "User" else given.display_name) or "")


def _bounded(attribute: str, value: str | None) -> str | None:
    if value is not None and (len(value) > MAX_NAME_CHARS or "\0" in value):
        raise InvalidValueException(detail=f"{attribute} is too long, or has invalid characters.")
    return value


def _address(user: Any) -> str | None:
    """Give the address by which somebody is found in Slack: the primary one, else the first, else the user name."""
    emails = sorted(user.emails or (), key=lambda one: not one.primary)
    given = [one.value for one in emails if one.value] or [user.user_name]
    return comparable(given[0])


def _manager(user: Any) -> str | None:
    extension = getattr(user, ENTERPRISE, None)
    return extension.manager.value if extension and extension.manager else None


def _resource(stored: StoredResource) -> Resource[Any]:
    """Give the resource as the library knows it; its version is Daypass's own count."""
    entry = stored.entry
    model = cast(type[Resource[Any]], PROVIDER.model_for(entry.kind))
    resource = model.model_validate(json.loads(entry.document))
    resource.id = stored.id
    resource.meta = Meta(
        resource_type=entry.kind,
        created=stored.created_at,
        last_modified=stored.changed_at,
        version=_version(stored.version),
    )
    if isinstance(resource, Group) and entry.members:
        resource.members = [Member(value=one, ref=Reference(f"Users/{one}")) for one in sorted(entry.members)]
    return resource


def _wanted(kind: Kind, scim_filter: ScimFilter[Any] | None) -> Wanted:
    """Give what a filter asks for. Raises InvalidFilterException for one that no index answers."""
    if scim_filter is None:
        return Wanted({})
    values: dict[str, str] = {}
    member: str | None = None
    for attribute, value in _equals(scim_filter.ast):
        if kind == "Group" and attribute in ("members", "members.value"):
            member = value
        elif kind == "User" and attribute in ("emails", "emails.value"):
            values["address"] = comparable(value) or ""
        elif attribute in COLUMNS and attribute != ("displayname" if kind == "User" else "username"):
            column = COLUMNS[attribute]
            values[column] = name_key(value) if column == "key" else value
        else:
            raise InvalidFilterException(detail=FILTERS)
    return Wanted(values, member)


def _equals(node: FilterNode) -> Iterator[tuple[str, str]]:
    """Give the comparisons of a filter that are all to hold. Raises InvalidFilterException for any other filter."""
    match node:
        case LogicalExpr(op=LogicalOperator.and_, terms=terms):
            for term in terms:
                yield from _equals(term)
        case Comparison(op=CompareOperator.eq, value=str(value)):
            path = node.attr_path
            yield ".".join(one for one in (path.attr, path.sub_attr) if one).lower(), value
        case ValuePath() if node.attr_path.attr.lower() == "emails":
            yield from _of_work_address(node)
        case _:
            raise InvalidFilterException(detail=FILTERS)


def _of_work_address(node: ValuePath) -> Iterator[tuple[str, str]]:
    """Give the address of `emails[type eq "work" and value eq "…"]`, as Entra asks; only one address is kept to find."""
    for attribute, value in _equals(node.val_filter):
        if attribute == "value":
            yield "emails.value", value
        elif attribute != "type":
            raise InvalidFilterException(detail=FILTERS)
