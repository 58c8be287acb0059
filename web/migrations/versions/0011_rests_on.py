"""what a verdict rests on, and an index that counts a technician's recordings

Revision 0011, after 0010. `verdicts.rests_on` says by which means a verdict was reached, so that the page of agreement
counts in the database and reads no evidence. The stored evidence is JSON of ours, whose hits name their means. The index
of a technician's recordings tells the deleted ones apart, so that counting them does not touch the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEX = "ix_recordings_technician_id_recorded_at"


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("verdicts") as table:
        table.add_column(sa.Column("rests_on", sa.String(16), nullable=False, server_default="nothing"))
    evidence = sa.cast(sa.column("evidence"), sa.Text)

    def named(means: str) -> sa.ColumnElement[bool]:
        written = (f'"by":"{means}"', f'"by": "{means}"')
        return sa.or_(*(evidence.contains(words, autoescape=True) for words in written))

    verdicts = sa.table("verdicts", sa.column("rests_on"), sa.column("evidence"), sa.column("hit_count"))
    rests_on = sa.case((named("meaning"), "meaning"), (named("sound"), "sound"), else_="words")
    op.execute(sa.update(verdicts).where(verdicts.c.hit_count > 0).values(rests_on=rests_on))
    with op.batch_alter_table("verdicts") as table:
        table.alter_column("rests_on", server_default=None)
    op.drop_index(INDEX, "recordings")
    op.create_index(INDEX, "recordings", ["technician_id", "recorded_at", "deleted_at"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index(INDEX, "recordings")
    op.create_index(INDEX, "recordings", ["technician_id", "recorded_at"])
    with op.batch_alter_table("verdicts") as table:
        table.drop_column("rests_on")
