"""The database of the site."""

from web.db.engine import Database
from web.db.storable import UnstorableError
from web.db.types import Document, UtcDateTime, now

__all__ = ["Database", "Document", "UnstorableError", "UtcDateTime", "now"]
