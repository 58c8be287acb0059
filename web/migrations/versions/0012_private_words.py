"""private words

Revision 0012, after 0011. Tables of what is private in recordings, of legal holds and of files to be removed; when audio and words of a
recording were erased. Private words of what was heard before are looked for by the worker; clips are cut again without them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "private_words",
        sa.Column("recording_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("stamp", sa.String(length=32), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("stored_key", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_private_words_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_private_words")),
    )
    op.create_index("ix_private_words_state", "private_words", ["state", "recording_id"])
    op.create_table(
        "spoken_numbers",
        sa.Column("recording_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_spoken_numbers_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("recording_id", "digest", name=op.f("pk_spoken_numbers")),
    )
    op.create_index("ix_spoken_numbers_digest", "spoken_numbers", ["digest"])
    op.create_table(
        "legal_holds",
        sa.Column("recording_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_legal_holds_by_id_users")),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_legal_holds_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_legal_holds")),
    )
    op.create_table(
        "doomed_files",
        sa.Column("stored_key", sa.String(length=128), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("stored_key", name=op.f("pk_doomed_files")),
    )
    op.add_column("recordings", sa.Column("audio_erased_at", sa.DateTime(), nullable=True))
    op.add_column("recordings", sa.Column("words_erased_at", sa.DateTime(), nullable=True))
    op.create_index(
        "ix_recordings_to_erase",
        "recordings",
        ["deleted_at"],
        sqlite_where=sa.text("deleted_at IS NOT NULL AND words_erased_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NOT NULL AND words_erased_at IS NULL"),
    )
    recordings = sa.table("recordings", sa.column("id"), sa.column("analysis_id"), sa.column("deleted_at"))
    names = ("recording_id", "state", "stamp", "stored_key")
    words = sa.table("private_words", *(sa.column(name) for name in names), sa.column("spans", sa.JSON()))
    heard = sa.select(
        recordings.c.id, sa.literal("waiting"), sa.literal("migrated"), sa.literal(""), sa.literal([], sa.JSON())
    ).where(recordings.c.analysis_id.is_not(None), recordings.c.deleted_at.is_(None))
    op.get_bind().execute(sa.insert(words).from_select([*names, "spans"], heard))
    op.execute(
        "INSERT INTO doomed_files (stored_key, at) SELECT DISTINCT stored_key, CURRENT_TIMESTAMP FROM clips "
        "WHERE stored_key <> ''"
    )
    op.execute("UPDATE clips SET stored_key = ''")


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_recordings_to_erase", "recordings")
    op.drop_column("recordings", "words_erased_at")
    op.drop_column("recordings", "audio_erased_at")
    op.drop_table("doomed_files")
    op.drop_table("legal_holds")
    op.drop_index("ix_spoken_numbers_digest", "spoken_numbers")
    op.drop_table("spoken_numbers")
    op.drop_index("ix_private_words_state", "private_words")
    op.drop_table("private_words")
