"""word periods

Revision 0007, after 0006. The worker fills the table: it knows by a missing site value that it never did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "word_periods",
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("job_kind", sa.String(length=32), nullable=False),
        sa.Column("team_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("standard_id", sa.String(length=64), nullable=False),
        sa.Column("word", sa.String(length=32), nullable=False),
        sa.Column("recordings", sa.Integer(), nullable=False),
        sa.Column("said", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", "job_kind", "team_id", "standard_id", "word", name=op.f("pk_word_periods")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("word_periods")
    op.execute("DELETE FROM site_values WHERE name = 'word_teams'")
