"""files taken in from where they lie; numbers that a list or a telephone system names

Revision 0028, after 0026.
"""

import sqlalchemy as sa
from alembic import op

import web.db.types

revision = "0028"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "taken_files",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("stamp", sa.String(length=64), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", web.db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_taken_files_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_taken_files")),
    )
    op.create_index("ix_taken_files_recording_id", "taken_files", ["recording_id"])
    with op.batch_alter_table("spoken_numbers") as batch:
        batch.add_column(sa.Column("told", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("spoken_numbers") as batch:
        batch.drop_column("told")
    op.drop_index("ix_taken_files_recording_id", "taken_files")
    op.drop_table("taken_files")
