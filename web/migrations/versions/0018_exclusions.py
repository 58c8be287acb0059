"""recordings that count nowhere

Revision 0018, after 0017. A person takes a test or a call without an answer out of all figures, with a reason.
"""

import sqlalchemy as sa
from alembic import op

import web.db.types

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "exclusions",
        sa.Column("recording_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("at", web.db.types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_exclusions_by_id_users")),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_exclusions_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_exclusions")),
    )


def downgrade() -> None:
    """Take the change back. Excluded recordings with a result are judged ones again."""
    op.execute("UPDATE recordings SET state = 'judged' WHERE state = 'excluded' AND analysis_id IS NOT NULL")
    op.execute("UPDATE recordings SET state = 'cancelled' WHERE state = 'excluded'")
    op.drop_table("exclusions")
