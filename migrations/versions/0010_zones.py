"""In which time zone people are, as Slack says, so that a time they type is read as they mean it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("zone", sa.String(64), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("The log is never taken down; restore a backup instead.")
