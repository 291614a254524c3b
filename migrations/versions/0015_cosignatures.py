"""What witnesses cosigned: appended, never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SAYS = "a cosignature is never changed or deleted"


def upgrade() -> None:
    counter = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "cosignatures",
        sa.Column(
            "checkpoint",
            counter,
            sa.ForeignKey("checkpoints.id", name="fk_cosignatures_checkpoint"),
            nullable=False,
            autoincrement=False,
        ),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("checkpoint", "witness", name="pk_cosignatures"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER cosignatures_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON cosignatures "
            f"FOR EACH STATEMENT EXECUTE FUNCTION daypass_refuse('{SAYS}')"
        )
        return
    for deed in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER cosignatures_keep_{deed} BEFORE {deed} ON cosignatures "
            f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
        )


def downgrade() -> None:
    raise NotImplementedError("The log is never taken down; restore a backup instead.")
