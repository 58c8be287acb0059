"""list indexes

Revision 0005, after 0004. The list of recordings is answered from one index, verdicts by clause without the table.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LIST = """
    deleted_at recorded_at id technician_id work_order_id standard_id state review_state score
    forbidden_count suspicion_count missed_count not_judged_count unheard_s sampled recorded_on duration_s risk original_name
""".split()


def upgrade() -> None:
    """Apply the change."""
    op.create_index("ix_recordings_list", "recordings", LIST)
    op.drop_index("ix_verdicts_item", "verdicts")
    op.create_index("ix_verdicts_item", "verdicts", ["standard_id", "item_id", "final", "recording_id"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_verdicts_item", "verdicts")
    op.create_index("ix_verdicts_item", "verdicts", ["standard_id", "item_id", "final"])
    op.drop_index("ix_recordings_list", "recordings")
