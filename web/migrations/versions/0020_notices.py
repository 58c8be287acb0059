"""what people are told, and what waits to be told in groups

Revision 0020, after 0019. A notice is stored with what happened; a group's message stays until its robot has taken it.
"""

import sqlalchemy as sa
from alembic import op

import web.db.types

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KINDS = ("appeal-filed", "appeal-answered", "result-signed", "month-published", "import-finished", "taken-over")


def upgrade() -> None:
    """Apply the change."""
    kind = sa.Enum(*KINDS, name="noticekind", native_enum=False, length=24)
    op.create_table(
        "group_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", web.db.types.UtcDateTime(), nullable=False),
        sa.Column("claimed_at", web.db.types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_messages")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("at", web.db.types.UtcDateTime(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("read_at", web.db.types.UtcDateTime(), nullable=True),
        sa.Column("mailed_at", web.db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_notices_by_id_users")),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name=op.f("fk_notices_recording_id_recordings")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_at", "notices", ["at"])
    op.create_index("ix_notices_user_id_read_at", "notices", ["user_id", "read_at", "id"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("notices")
    op.drop_table("group_messages")
