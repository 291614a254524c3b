"""Where a message belongs: a channel's name has up to 80 characters, and what kind of place it is stands before it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("messages") as messages:
        messages.alter_column(
            "place", existing_type=sa.String(length=80), type_=sa.String(length=128), existing_nullable=False
        )


def downgrade() -> None:
    raise NotImplementedError("The log is never taken down; restore a backup instead.")
