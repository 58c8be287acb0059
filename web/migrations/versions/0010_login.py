"""login

Revision 0010, after 0009. Failures are counted by address and browser, no longer by account (whoever knew a name could lock its
owner out); passwords given by an admin expire; a second factor. Plain ADD and DROP COLUMN: making the table anew would lose
indexes of expressions.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "login_throttles",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_login_throttles_user_id_users")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_throttles")),
    )
    op.create_index(op.f("ix_login_throttles_last_at"), "login_throttles", ["last_at"])
    op.add_column("users", sa.Column("initial_until", sa.DateTime(), nullable=True))
    op.add_column("users", sa.Column("second_factor_salt", sa.String(length=32), nullable=False, server_default=""))
    op.add_column("users", sa.Column("second_factor_step", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("users", sa.Column("recovery_codes", sa.JSON(), nullable=False, server_default="[]"))
    op.drop_column("users", "failed_logins")
    op.drop_column("users", "locked_until")


def downgrade() -> None:
    """Take the change back."""
    op.add_column("users", sa.Column("locked_until", sa.DateTime(), nullable=True))
    op.add_column("users", sa.Column("failed_logins", sa.Integer(), nullable=False, server_default="0"))
    for column in ("recovery_codes", "second_factor_step", "second_factor_salt", "initial_until"):
        op.drop_column("users", column)
    op.drop_table("login_throttles")
