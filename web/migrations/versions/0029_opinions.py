"""what a local language model proposed on person items

Revision 0029, after 0028.
"""

import sqlalchemy as sa
from alembic import op

import web.db.types

revision = "0029"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "opinion_runs",
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("until", web.db.types.UtcDateTime(), nullable=False),
        sa.Column("model", sa.String(length=128), nullable=False),
        sa.Column("failure", sa.String(length=200), nullable=False),
        sa.Column("withheld", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["analysis_id"], ["analyses.id"], name=op.f("fk_opinion_runs_analysis_id_analyses")),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_opinion_runs_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_opinion_runs")),
    )
    op.create_table(
        "opinions",
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("at", web.db.types.UtcDateTime(), nullable=False),
        sa.Column("model", sa.String(length=128), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("quotes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["analysis_id"], ["analyses.id"], name=op.f("fk_opinions_analysis_id_analyses")),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name=op.f("fk_opinions_recording_id_recordings")),
        sa.PrimaryKeyConstraint("recording_id", "item_id", name=op.f("pk_opinions")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("opinions")
    op.drop_table("opinion_runs")
