"""The declarative base, with names for constraints so that migrations can drop them."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Enum, MetaData
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


def words(kind: type[StrEnum]) -> Enum:
    """Return the column type of a StrEnum, stored as its words."""
    return Enum(
        kind, native_enum=False, length=24, values_callable=lambda e: [m.value for m in e], validate_strings=True
    )
