"""what was said, to be searched

Revision 0016, after 0015. The lines of each recording as they stand, and the index over their terms: FTS5 on SQLite, a tsvector with GIN on
PostgreSQL. What was heard before waits; the worker reads it.
"""

import sqlalchemy as sa
from alembic import op

import web.db.types

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "spoken_texts",
        sa.Column("recording_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.String(length=32), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("lines", web.db.types.Document(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_spoken_texts_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_spoken_texts")),
    )
    waiting = sa.text("waiting")
    op.create_index(
        "ix_spoken_texts_waiting", "spoken_texts", ["recording_id"], sqlite_where=waiting, postgresql_where=waiting
    )
    if op.get_bind().dialect.name == "sqlite":
        # without the texts, which stand in spoken_texts, and without positions: phrases are looked for in the lines
        op.execute("CREATE VIRTUAL TABLE spoken_index USING fts5(terms, content='', detail=none, tokenize='ascii')")
    else:
        op.execute("CREATE TABLE spoken_index (recording_id integer PRIMARY KEY, terms tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_spoken_index_terms ON spoken_index USING gin (terms)")
    columns = ("id", "analysis_id", "deleted_at", "words_erased_at")
    recordings = sa.table("recordings", *(sa.column(name) for name in columns))
    names = ("recording_id", "stamp", "waiting")
    texts = sa.table("spoken_texts", *(sa.column(name) for name in names), sa.column("lines", web.db.types.Document()))
    heard = sa.select(
        recordings.c.id, sa.literal("migrated"), sa.true(), sa.literal([], web.db.types.Document())
    ).where(
        recordings.c.analysis_id.is_not(None),
        recordings.c.deleted_at.is_(None),
        recordings.c.words_erased_at.is_(None),
    )
    op.get_bind().execute(sa.insert(texts).from_select([*names, "lines"], heard))


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("spoken_index")
    op.drop_index("ix_spoken_texts_waiting", "spoken_texts")
    op.drop_table("spoken_texts")
