"""the company's own standards: versions, drafts, changes of drafts

Revision 0021, after 0020. Without a row what was shipped in `lexicons/` is in effect, as before.
"""

import sqlalchemy as sa
from alembic import op

import web.db.types

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATES = ("open", "published", "dropped")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "standard_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("retired", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("published_at", web.db.types.UtcDateTime(), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["users.id"], name=op.f("fk_standard_versions_published_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_versions")),
        sa.UniqueConstraint("standard_id", "number", name=op.f("uq_standard_versions_standard_id_number")),
    )
    op.create_table(
        "standard_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("bases", sa.JSON(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Enum(*STATES, name="draftstate", native_enum=False, length=24), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", web.db.types.UtcDateTime(), nullable=False),
        sa.Column("changed_at", web.db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["base_id"], ["standard_versions.id"], name=op.f("fk_standard_drafts_base_id_standard_versions")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_standard_drafts_created_by_id_users")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_standard_drafts_changed_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_drafts")),
    )
    op.create_index("ix_standard_drafts_state", "standard_drafts", ["state", "standard_id"])
    op.create_table(
        "draft_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("restores", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", web.db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_draft_changes_by_id_users")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["standard_drafts.id"], name=op.f("fk_draft_changes_draft_id_standard_drafts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_changes")),
        sa.UniqueConstraint("draft_id", "revision", name=op.f("uq_draft_changes_draft_id_revision")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("draft_changes")
    op.drop_table("standard_drafts")
    op.drop_table("standard_versions")
