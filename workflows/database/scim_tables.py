"""The tables of what an identity provider pushes by SCIM. Unlike the log's, their rows are changed and deleted."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from workflows.database.tables import Instant, metadata

scim_resources = Table(
    "scim_resources",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("key", String(400), nullable=False),
    Column("external", String(400)),
    Column("active", Boolean, nullable=False),
    Column("address", String(400)),
    Column("manager", String(400)),
    Column("document", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    UniqueConstraint("kind", "key"),
    Index("ix_scim_resources_external", "kind", "external"),
    Index("ix_scim_resources_address", "address"),
)
"""Users and groups."""

scim_members = Table(
    "scim_members",
    metadata,
    Column("in_group", String(64), primary_key=True),
    Column("member", String(400), primary_key=True),
    Index("ix_scim_members_member", "member"),
)

leavers = Table(
    "leavers",
    metadata,
    Column("address", String(400), primary_key=True),
    Column("resource", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("since", Instant, nullable=False),
    Column("departure", String(64)),
)
"""Whose account was deactivated or deleted."""
