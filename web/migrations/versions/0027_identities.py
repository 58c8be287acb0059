"""people as the company's login provider knows them

Revision 0027, after 0029. A person is known by issuer and subject; an account has one such person at most.
"""

import sqlalchemy as sa
from alembic import op

import web.db.types

revision = "0027"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("made_account", sa.Boolean(), nullable=False),
        sa.Column("created_at", web.db.types.UtcDateTime(), nullable=False),
        sa.Column("last_at", web.db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_identities_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identities_issuer_subject")),
        sa.UniqueConstraint("user_id", name=op.f("uq_identities_user_id")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("identities")
