"""What a private place in a text is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SecretKind(StrEnum):
    PHONE = "phone"
    IDENTITY = "identity"
    CARD = "card"  # bank cards, accounts, other long numbers
    CODE = "code"  # opens something
    PLATE = "plate"
    ADDRESS = "address"
    NAME = "name"
    ACCOUNT = "account"  # e-mail, WeChat


@dataclass(frozen=True, slots=True, order=True)
class Secret:
    """A private place [first, last) of a text; `value`: a number's digits, else the words themselves."""

    first: int
    last: int
    kind: SecretKind
    value: str
