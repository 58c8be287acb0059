"""the desk of a reviewer

Revision 0019, after 0018. Whose review a recording is, which reviewer has which team, what was taken over, filters by name, second
reviews. Plain ADD COLUMN: no table is made anew.
"""

import sqlalchemy as sa
from alembic import op

import web.db.types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
MINE = sa.text("reviewer_id IS NOT NULL")


def upgrade() -> None:
    """Apply the change."""
    op.execute(
        "ALTER TABLE recordings ADD COLUMN reviewer_id INTEGER"
        " CONSTRAINT fk_recordings_reviewer_id_users REFERENCES users (id)"
    )
    op.add_column("recordings", sa.Column("reserved_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_recordings_reviewer",
        "recordings",
        ["reviewer_id", "review_state", "state", "deleted_at", "reserved_on"],
        sqlite_where=MINE,
        postgresql_where=MINE,
    )
    op.create_table(
        "team_reviewers",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_reviewers_team_id_teams")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_team_reviewers_user_id_users")),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_team_reviewers")),
    )
    op.create_index("ix_sign_offs_user_at", "sign_offs", ["user_id", "at"])
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", web.db.types.UtcDateTime(), nullable=False),
        sa.Column("seen_at", web.db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name=op.f("fk_handovers_recording_id_recordings")),
        sa.ForeignKeyConstraint(["from_id"], ["users.id"], name=op.f("fk_handovers_from_id_users")),
        sa.ForeignKeyConstraint(["to_id"], ["users.id"], name=op.f("fk_handovers_to_id_users")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_handovers_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index("ix_handovers_from_id", "handovers", ["from_id", "seen_at"])
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("shared_with", sa.String(length=24), nullable=False),
        sa.Column("created_at", web.db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_filters_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
    )
    op.create_index("ix_saved_filters_user", "saved_filters", ["user_id"])
    op.create_index("ix_saved_filters_shared", "saved_filters", ["shared_with"])
    op.create_table(
        "second_reviews",
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("drawn_at", web.db.types.UtcDateTime(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=True),
        sa.Column("done_at", web.db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["first_id"], ["users.id"], name=op.f("fk_second_reviews_first_id_users")),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_second_reviews_recording_id_recordings")
        ),
        sa.ForeignKeyConstraint(["second_id"], ["users.id"], name=op.f("fk_second_reviews_second_id_users")),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_second_reviews")),
    )
    op.create_index("ix_second_reviews_done_at", "second_reviews", ["done_at", "first_id", "recording_id"])
    op.create_table(
        "second_answers",
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("standard_id", sa.String(length=64), nullable=False),
        sa.Column("first", sa.String(length=16), nullable=False),
        sa.Column("second", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["second_reviews.recording_id"],
            name=op.f("fk_second_answers_recording_id_second_reviews"),
        ),
        sa.PrimaryKeyConstraint("recording_id", "item_id", name=op.f("pk_second_answers")),
    )


def downgrade() -> None:
    """Take the change back."""
    for table in ("second_answers", "second_reviews", "saved_filters", "handovers", "team_reviewers"):
        op.drop_table(table)
    op.drop_index("ix_sign_offs_user_at", "sign_offs")
    op.drop_index("ix_recordings_reviewer", "recordings")
    with op.batch_alter_table("recordings") as batch_op:
        batch_op.drop_column("reserved_on")
        batch_op.drop_column("reviewer_id")
