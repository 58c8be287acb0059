"""what nobody saw, and what nobody has to answer

Revision 0017, after 0016. Clauses that no ear can check may be optional, and a person may say that he saw nothing of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("verdicts", sa.Column("optional", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("item_periods", sa.Column("not_seen", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("item_periods", "not_seen")
    op.drop_column("verdicts", "optional")
