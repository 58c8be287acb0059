"""What a stored document is known by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def digest_of_document(body: Mapping[str, Any]) -> str:
    """The SHA-256 of a document, in hex; the same content gives the same digest."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
