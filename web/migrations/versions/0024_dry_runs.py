"""dry runs of drafts, what they found, and recordings judged again by a version

Revision 0024, after 0023.
"""

import sqlalchemy as sa
from alembic import op

import web.db.types

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

RUN_STATES = ("running", "done", "stopped", "failed")
SLICE_STATES = ("waiting", "held", "done")


def _state(name: str, words: tuple[str, ...]) -> "sa.Column[str]":
    return sa.Column("state", sa.Enum(*words, name=name, native_enum=False, length=24), nullable=False)


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "standard_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("files", web.db.types.Document(), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("first", sa.Date(), nullable=True),
        sa.Column("last", sa.Date(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("most", sa.Integer(), nullable=True),
        _state("runstate", RUN_STATES),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("failure", sa.String(length=500), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", web.db.types.UtcDateTime(), nullable=False),
        sa.Column("started_at", web.db.types.UtcDateTime(), nullable=True),
        sa.Column("finished_at", web.db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_standard_runs_created_by_id_users")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["standard_drafts.id"], name=op.f("fk_standard_runs_draft_id_standard_drafts")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_standard_runs_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_runs")),
    )
    op.create_index("ix_standard_runs_state", "standard_runs", ["state"])
    op.create_index("ix_standard_runs_draft", "standard_runs", ["draft_id"])
    op.create_table(
        "standard_run_slices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("recordings", sa.JSON(), nullable=False),
        _state("slicestate", SLICE_STATES),
        sa.Column("token", sa.String(length=64), nullable=True),
        sa.Column("lease_until", web.db.types.UtcDateTime(), nullable=True),
        sa.Column("holder", sa.String(length=128), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["standard_runs.id"], name=op.f("fk_standard_run_slices_run_id_standard_runs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_run_slices")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_standard_run_slices_run_id_number")),
    )
    op.create_index("ix_standard_run_slices_state", "standard_run_slices", ["state", "run_id", "number"])
    op.create_table(
        "standard_run_recordings",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=True),
        sa.Column("standard_id", sa.String(length=64), nullable=False),
        sa.Column("before", sa.Float(), nullable=True),
        sa.Column("after", sa.Float(), nullable=True),
        sa.Column("kept", sa.String(length=16), nullable=False),
        sa.Column("failure", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_standard_run_recordings_recording_id_recordings")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["standard_runs.id"], name=op.f("fk_standard_run_recordings_run_id_standard_runs")
        ),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technicians.id"], name=op.f("fk_standard_run_recordings_technician_id_technicians")
        ),
        sa.PrimaryKeyConstraint("run_id", "recording_id", name=op.f("pk_standard_run_recordings")),
    )
    op.create_index("ix_standard_run_recordings_technician", "standard_run_recordings", ["run_id", "technician_id"])
    op.create_table(
        "standard_run_differences",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=True),
        sa.Column("after", sa.String(length=16), nullable=True),
        sa.Column("decided", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=True),
        sa.Column("end_s", sa.Float(), nullable=True),
        sa.Column("quote", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_standard_run_differences_recording_id_recordings")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["standard_runs.id"], name=op.f("fk_standard_run_differences_run_id_standard_runs")
        ),
        sa.PrimaryKeyConstraint("run_id", "recording_id", "item_id", name=op.f("pk_standard_run_differences")),
    )
    op.create_index("ix_standard_run_differences_item", "standard_run_differences", ["run_id", "item_id", "way"])
    op.create_table(
        "standard_rejudgings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        _state("runstate", RUN_STATES),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("signed", sa.Integer(), nullable=False),
        sa.Column("frozen", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", web.db.types.UtcDateTime(), nullable=False),
        sa.Column("finished_at", web.db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_standard_rejudgings_by_id_users")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["standard_versions.id"], name=op.f("fk_standard_rejudgings_version_id_standard_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_rejudgings")),
    )


def downgrade() -> None:
    """Take the change back."""
    for table in (
        "standard_rejudgings",
        "standard_run_differences",
        "standard_run_recordings",
        "standard_run_slices",
        "standard_runs",
    ):
        op.drop_table(table)
