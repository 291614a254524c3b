"""What is still to be done about a subject is looked up without reading all that are over, such as a review."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subjects", sa.Column("awaits", sa.String(32), nullable=True))
    op.create_index(
        "ix_subjects_awaits",
        "subjects",
        ["kind", "awaits"],
        unique=False,
        postgresql_where=sa.text("awaits IS NOT NULL"),
        sqlite_where=sa.text("awaits IS NOT NULL"),
    )


def downgrade() -> None:
    raise NotImplementedError("The log is never taken down; restore a backup instead.")
