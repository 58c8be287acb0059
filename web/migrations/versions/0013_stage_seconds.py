"""how long each stage of a job took, and jobs by the time of their end

Revision 0013, after 0012. What /metrics tells of the last 24 hours is answered without reading all jobs ever done.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("jobs", sa.Column("stage_s", sa.JSON(), nullable=False, server_default="{}"))
    op.create_index("ix_jobs_finished_at", "jobs", ["finished_at"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_jobs_finished_at", "jobs")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_column("stage_s")
