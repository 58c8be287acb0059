"""calibration: the same recordings judged by several people, and what they agreed on

Revision 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

import web.db.types

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    moment = web.db.types.UtcDateTime()
    op.create_table(
        "calibration_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("standard_id", sa.String(length=64), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("closed_at", moment, nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["users.id"], name=op.f("fk_calibration_sessions_lead_id_users")),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["users.id"], name=op.f("fk_calibration_sessions_closed_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_sessions")),
    )
    op.create_index("ix_calibration_sessions_closed_at", "calibration_sessions", ["closed_at", "id"])
    op.create_table(
        "calibration_recordings",
        *_of_session("calibration_recordings"),
        *_of_recording("calibration_recordings"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("clauses", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "recording_id", name=op.f("pk_calibration_recordings")),
    )
    op.create_index("ix_calibration_recordings_recording", "calibration_recordings", ["recording_id"])
    op.create_table(
        "calibration_raters",
        *_of_session("calibration_raters"),
        *_of_user("calibration_raters"),
        sa.Column("handed_in_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("session_id", "user_id", name=op.f("pk_calibration_raters")),
    )
    op.create_index("ix_calibration_raters_user", "calibration_raters", ["user_id", "handed_in_at"])
    op.create_table(
        "calibration_answers",
        *_of_session("calibration_answers"),
        *_of_recording("calibration_answers"),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        *_of_user("calibration_answers"),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint(
            "session_id", "recording_id", "item_id", "user_id", name=op.f("pk_calibration_answers")
        ),
    )
    op.create_table(
        "calibration_agreements",
        *_of_session("calibration_agreements"),
        *_of_recording("calibration_agreements"),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("sentence", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("at", moment, nullable=False),
        *_of_user("calibration_agreements", "by_id"),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["standard_drafts.id"], name=op.f("fk_calibration_agreements_draft_id_standard_drafts")
        ),
        sa.PrimaryKeyConstraint("session_id", "recording_id", "item_id", name=op.f("pk_calibration_agreements")),
    )


def downgrade() -> None:
    """Take the change back."""
    for name in ("agreements", "answers", "raters", "recordings", "sessions"):
        op.drop_table(f"calibration_{name}")


def _of_session(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_session_id_calibration_sessions")
    key = sa.ForeignKeyConstraint(["session_id"], ["calibration_sessions.id"], name=name)
    return sa.Column("session_id", sa.Integer(), nullable=False), key


def _of_recording(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name=op.f(f"fk_{table}_recording_id_recordings"))
    return sa.Column("recording_id", sa.Integer(), nullable=False), key


def _of_user(table: str, column: str = "user_id") -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint([column], ["users.id"], name=op.f(f"fk_{table}_{column}_users"))
    return sa.Column(column, sa.Integer(), nullable=False), key
