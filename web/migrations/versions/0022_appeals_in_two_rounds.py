"""appeals in two rounds, with their deadlines and the history of what was done

Revision 0022, after 0021. Of earlier appeals the history is what their rows tell; those that are open are due in a week.
"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

import web.db.types

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OPEN_FOR = dt.timedelta(days=7)


def upgrade() -> None:
    """Apply the change."""
    moment = web.db.types.UtcDateTime()
    steps = op.create_table(
        "appeal_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=True),
        sa.Column("after", sa.String(length=16), nullable=True),
        sa.Column("after_credit", sa.Float(), nullable=True),
        sa.Column("score_before", sa.Float(), nullable=True),
        sa.Column("score_after", sa.Float(), nullable=True),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_appeal_steps_appeal_id_appeals")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_appeal_steps_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_steps")),
    )
    op.create_index("ix_appeal_steps_appeal", "appeal_steps", ["appeal_id", "id"])
    op.add_column("appeals", sa.Column("round", sa.Integer(), server_default="1", nullable=False))
    for name in ("due_at", "contest_until", "accepted_at"):
        op.add_column("appeals", sa.Column(name, moment, nullable=True))
    with op.batch_alter_table("appeals") as batch:
        batch.alter_column("round", server_default=None)
    appeals = sa.table(
        "appeals",
        sa.column("id", sa.Integer),
        sa.column("user_id", sa.Integer),
        sa.column("at", moment),
        sa.column("text", sa.String),
        sa.column("state", sa.String),
        sa.column("due_at", moment),
        sa.column("resolved_by_id", sa.Integer),
        sa.column("resolved_at", moment),
        sa.column("resolution", sa.String),
    )
    due_at = dt.datetime.now(dt.UTC) + OPEN_FOR
    op.execute(appeals.update().where(appeals.c.state == "open").values(due_at=due_at))
    names = ["appeal_id", "at", "user_id", "what", "outcome", "text", "month"]
    said = sa.literal
    filed = sa.select(
        appeals.c.id, appeals.c.at, appeals.c.user_id, said("filed"), said(""), appeals.c.text, said("")
    ).order_by(appeals.c.id)
    op.execute(steps.insert().from_select(names, filed, include_defaults=False))
    answered = (
        sa.select(
            appeals.c.id,
            appeals.c.resolved_at,
            appeals.c.resolved_by_id,
            said("answered"),
            appeals.c.state,
            appeals.c.resolution,
            said(""),
        )
        .where(appeals.c.resolved_at.is_not(None), appeals.c.resolved_by_id.is_not(None))
        .order_by(appeals.c.id)
    )
    op.execute(steps.insert().from_select(names, answered, include_defaults=False))


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("appeal_steps")
    with op.batch_alter_table("appeals") as batch:
        for name in ("accepted_at", "contest_until", "due_at", "round"):
            batch.drop_column(name)
