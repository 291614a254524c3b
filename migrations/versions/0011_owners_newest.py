"""What somebody began is found newest first, without reading all that they ever began."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_subjects_owner", "subjects")
    op.create_index("ix_subjects_owner", "subjects", ["owner", "kind", "id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("The log is never taken down; restore a backup instead.")
