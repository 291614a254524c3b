"""What Slack said it shows in each message, so that a click on anything else is known."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("drawn", sa.Text(), nullable=True))
    op.create_index("ix_messages_channel_ts", "messages", ["channel", "ts"])


def downgrade() -> None:
    raise NotImplementedError("The log is never taken down; restore a backup instead.")
