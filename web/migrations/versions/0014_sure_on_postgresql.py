"""sure on postgresql

Revision 0014, after 0013. Two foreign keys that `use_alter` within create_table had dropped on PostgreSQL (SQLite has them); one key for
user names that differ in case or width alone; a mark for files that are being removed. Plain ADD COLUMN: no table is made anew.
"""

import logging
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LOST = (("recordings", "analysis_id", "analyses"), ("verdicts", "decision_id", "decisions"))
log = logging.getLogger(__name__)


def upgrade() -> None:
    """Apply the change."""
    op.add_column("users", sa.Column("username_key", sa.String(length=255), nullable=False, server_default=""))
    _put_keys()
    op.create_index("uq_users_username_key", "users", ["username_key"], unique=True)
    op.add_column("doomed_files", sa.Column("removing_at", sa.DateTime(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        for table, column, of in LOST:
            op.execute(
                f"UPDATE {table} SET {column} = NULL WHERE {column} IS NOT NULL"  # noqa: S608  # names of our own
                f" AND NOT EXISTS (SELECT 1 FROM {of} WHERE {of}.id = {table}.{column})"
            )
            op.create_foreign_key(f"fk_{table}_{column}_{of}", table, of, [column], ["id"])


def _put_keys() -> None:
    """Who was first keeps the plain key; accounts that already share one stay usable, each under its own name."""
    users = sa.table("users", sa.column("id"), sa.column("username"), sa.column("username_key"))
    seen: dict[str, str] = {}
    for number, username in op.get_bind().execute(sa.select(users.c.id, users.c.username).order_by(users.c.id)).all():
        key = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())[:255]
        if key in seen:
            log.warning("the accounts %s and %s differ in case or width alone: rename one", seen[key], username)
            key = f"{key[:230]}#{number}"
        seen[key] = username
        op.get_bind().execute(sa.update(users).where(users.c.id == number).values(username_key=key))


def downgrade() -> None:
    """Take the change back."""
    if op.get_bind().dialect.name == "postgresql":
        for table, column, of in LOST:
            op.drop_constraint(f"fk_{table}_{column}_{of}", table, type_="foreignkey")
    op.drop_column("doomed_files", "removing_at")
    op.drop_index("uq_users_username_key", "users")
    op.drop_column("users", "username_key")
