"""The resources that Daypass keeps of what a provider pushes by SCIM: only what it needs (RFC 7643, sections 4.1 to 4.3).

Other attributes are accepted and dropped, so that no more personal data is kept than decisions need.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from scim2_models import (
    URN,
    AnyExtension,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Extension,
    Filter,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

MAX_RESULTS = 200
"""Resources of one page."""


def _lenient(value: Any) -> Any:
    """Read the booleans that Microsoft Entra sends as strings, such as `"False"`."""
    words = {"true": True, "false": False}
    return words.get(value.lower(), value) if isinstance(value, str) else value


class Name(ComplexAttribute):
    """The parts of a name; used to tell people apart in the provider's own reports."""

    formatted: str | None = None
    family_name: str | None = None
    given_name: str | None = None


class Email(ComplexAttribute):
    """An address, by which somebody is found in Slack. One that isn't an address finds nobody."""

    value: str | None = None
    type: str | None = None
    primary: Annotated[bool | None, BeforeValidator(_lenient)] = None


class User(Resource[AnyExtension]):
    """A person."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    name: Name | None = None
    display_name: str | None = None
    active: Annotated[bool | None, BeforeValidator(_lenient)] = None
    emails: list[Email] | None = None


class Manager(ComplexAttribute):
    """Whose report somebody is: `value` is the id of another user."""

    value: Annotated[str | None, CaseExact.true] = None
    ref: Annotated[Reference[User[Any]] | None, Field(alias="$ref")] = None
    display_name: Annotated[str | None, Mutability.read_only] = None


def _manager(value: Any) -> Any:
    """Read a manager who is sent as a bare id, or as a list of one."""
    if isinstance(value, list):
        value = value[0] if value else None
    return {"value": value} if isinstance(value, str) else value


class EnterpriseUser(Extension):
    """What companies say of their people besides."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")

    manager: Annotated[Manager | None, BeforeValidator(_manager)] = None


class Member(ComplexAttribute):
    """A member of a group, by the id of a user."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    ref: Annotated[Reference[User[Any]] | None, Mutability.immutable, Field(alias="$ref")] = None


class Group(Resource[Any]):
    """A group that the bundle can name. No two have the same name, so that it can't mean either."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    members: list[Member] | None = None


CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MAX_RESULTS),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=False),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="Bearer token",
            description="One of the tokens in DAYPASS_SCIM_TOKENS",
            primary=True,
        )
    ],
)
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""What Okta and Microsoft Entra send beyond the standard is understood, where it can mean only one thing."""
PROVIDER = ScimProvider(
    models=[User, EnterpriseUser, Group],
    resource_types=[
        ResourceType.from_resource(User[EnterpriseUser]),
        ResourceType.from_resource(Group),
    ],
    config=CONFIG,
    policy=POLICY,
)
