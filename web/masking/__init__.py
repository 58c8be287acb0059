"""Which words of a text are private: phone, identity and plate numbers, codes of doors, addresses, customers' names."""

from __future__ import annotations

from web.masking.find import MASK, Secret, SecretKind, mask, phone_numbers, secrets, secrets_in

__all__ = ["MASK", "Secret", "SecretKind", "mask", "phone_numbers", "secrets", "secrets_in"]
