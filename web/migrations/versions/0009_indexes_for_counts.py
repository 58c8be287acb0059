"""indexes for counts

Revision 0009, after 0008. What every page counts (waiting, sampled, suspicions, the last jobs) is answered from an index; an
index of recordings begins with `deleted_at` or ends with it, so that the planner does not take that of the list for it.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_index("ix_recordings_state_recorded_on", "recordings", ["state", "deleted_at", "recorded_on"])
    op.create_index("ix_recordings_sampled", "recordings", ["sampled", "review_state", "state", "deleted_at", "id"])
    op.create_index("ix_recordings_suspicions", "recordings", ["state", "deleted_at", "suspicion_count"])
    op.create_index("ix_jobs_state_kind_id", "jobs", ["state", "kind", "id", "started_at", "finished_at"])
    op.drop_index("ix_recordings_recorded_on", "recordings")
    op.create_index("ix_recordings_recorded_on", "recordings", ["deleted_at", "recorded_on"])
    op.drop_index("ix_recordings_work_order_id", "recordings")
    op.create_index("ix_recordings_work_order_id", "recordings", ["work_order_id", "deleted_at"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_recordings_work_order_id", "recordings")
    op.create_index("ix_recordings_work_order_id", "recordings", ["work_order_id"])
    op.drop_index("ix_recordings_recorded_on", "recordings")
    op.create_index("ix_recordings_recorded_on", "recordings", ["recorded_on"])
    op.drop_index("ix_jobs_state_kind_id", "jobs")
    op.drop_index("ix_recordings_suspicions", "recordings")
    op.drop_index("ix_recordings_sampled", "recordings")
    op.drop_index("ix_recordings_state_recorded_on", "recordings")
