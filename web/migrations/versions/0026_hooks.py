"""webhooks: who is told, what waits to be sent, and every attempt at it

Revision 0026, after 0027.
"""

import sqlalchemy as sa
from alembic import op

import web.db.types

revision = "0026"
down_revision = "0027"
branch_labels = None
depends_on = None

EVENTS = (
    "recording.judged",
    "suspicion.found",
    "appeal.filed",
    "appeal.answered",
    "month.published",
    "webhook.ping",
)


def _word(name: str, kind: str, *words: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Enum(*words, name=kind, native_enum=False, length=24), nullable=False)


def upgrade() -> None:
    """Apply the change."""
    moment = web.db.types.UtcDateTime
    op.create_table(
        "hooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        _word("state", "hookstate", "on", "off", "gone", "paused"),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("key_mark", sa.String(length=16), nullable=False),
        sa.Column("former_salt", sa.String(length=64), nullable=False),
        sa.Column("former_mark", sa.String(length=16), nullable=False),
        sa.Column("former_until", moment(), nullable=True),
        sa.Column("failing_since", moment(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_hooks_created_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hooks")),
    )
    op.create_table(
        "hook_deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hook_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=40), nullable=False),
        _word("event", "hookevent", *EVENTS),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        _word("state", "deliverystate", "waiting", "sent", "failed"),
        sa.Column("begun_at", moment(), nullable=False),
        sa.Column("next_at", moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", moment(), nullable=True),
        sa.ForeignKeyConstraint(["hook_id"], ["hooks.id"], name=op.f("fk_hook_deliveries_hook_id_hooks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_deliveries")),
        sa.UniqueConstraint("message_id", name=op.f("uq_hook_deliveries_message_id")),
    )
    op.create_index("ix_hook_deliveries_at", "hook_deliveries", ["at"])
    op.create_index("ix_hook_deliveries_hook", "hook_deliveries", ["hook_id", "id"])
    op.create_index("ix_hook_deliveries_state", "hook_deliveries", ["state", "next_at", "hook_id"])
    op.create_table(
        "hook_attempts",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("trouble", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["hook_deliveries.id"], name=op.f("fk_hook_attempts_delivery_id_hook_deliveries")
        ),
        sa.PrimaryKeyConstraint("delivery_id", "number", name=op.f("pk_hook_attempts")),
    )


def downgrade() -> None:
    """Take the change back."""
    for table in ("hook_attempts", "hook_deliveries", "hooks"):
        op.drop_table(table)
