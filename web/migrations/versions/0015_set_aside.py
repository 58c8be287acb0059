"""rows that a batch step could not do

Revision 0015, after 0014. What fails stands aside with its reason, so that the rest goes on.
"""

import sqlalchemy as sa
from alembic import op

import web.db.types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "set_aside",
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("first_at", web.db.types.UtcDateTime(), nullable=False),
        sa.Column("last_at", web.db.types.UtcDateTime(), nullable=False),
        sa.Column("retry_at", web.db.types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("step", "key", name=op.f("pk_set_aside")),
    )
    op.create_index("ix_set_aside_last_at", "set_aside", ["last_at"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_set_aside_last_at", "set_aside")
    op.drop_table("set_aside")
