"""What an identity provider pushes by SCIM: its users and groups, and who has left by its word."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scim_resources",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("key", sa.String(400), nullable=False),
        sa.Column("external", sa.String(400), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(400), nullable=True),
        sa.Column("manager", sa.String(400), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scim_resources"),
        sa.UniqueConstraint("kind", "key", name="uq_scim_resources_kind"),
    )
    op.create_index("ix_scim_resources_external", "scim_resources", ["kind", "external"], unique=False)
    op.create_index("ix_scim_resources_address", "scim_resources", ["address"], unique=False)
    op.create_table(
        "scim_members",
        sa.Column("in_group", sa.String(64), nullable=False),
        sa.Column("member", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("in_group", "member", name="pk_scim_members"),
    )
    op.create_index("ix_scim_members_member", "scim_members", ["member"], unique=False)
    op.create_table(
        "leavers",
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("resource", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("departure", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("address", name="pk_leavers"),
    )


def downgrade() -> None:
    raise NotImplementedError("The log is never taken down; restore a backup instead.")
