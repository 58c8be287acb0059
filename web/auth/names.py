"""User names: written in one way only, so that nobody can take a name that looks like another's.

ASCII letters and digits, Chinese characters and `. _ @ -`: no other script has a place here, so a Cyrillic с cannot
pass for a c, nor a full-width ａ or a radical ⼀ for what NFKC makes of it. Among what is left, 0 and O, 1, l and I are
taken for one another where names are compared, and so are capitals.
"""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.i18n import gettext as _
from web.kit.refusals import FieldError
from web.models import User, username_key

SHORTEST, LONGEST = 2, 64
_ALIKE = str.maketrans({"I": "l", "1": "l", "O": "o", "0": "o"})


def check(session: Session, username: str) -> None:
    """Refuse a new name that is badly written or looks like another's. Raises FieldError."""
    plain = unicodedata.normalize("NFKC", username)
    if plain != username:
        raise FieldError("username", _("用户名里有全角或特殊写法的字符，请写成“%(v)s”。", v=plain[:LONGEST]))
    if not SHORTEST <= len(username) <= LONGEST or not all(_allowed(c) for c in username):
        raise FieldError("username", _("用户名为 2–64 个英文字母、数字、汉字或 . _ @ -。"))
    for other in session.scalars(select(User.username)):
        if username_key(other) == username_key(username):
            raise FieldError("username", _("这个用户名已有人使用。"))
        if _looks(other) == _looks(username):
            raise FieldError("username", _("这个用户名和已有的“%(v)s”看起来一样，请换一个。", v=other))


def typed(name: str) -> str:
    """Return what a name typed at the login means: an input method may have been on."""
    return unicodedata.normalize("NFKC", name).strip()[:LONGEST]


def _looks(name: str) -> str:
    return unicodedata.normalize("NFKC", name).translate(_ALIKE).lower()


def _allowed(character: str) -> bool:
    ascii_word = re.fullmatch(r"[A-Za-z0-9._@-]", character)
    return bool(ascii_word) or unicodedata.name(character, "").startswith("CJK UNIFIED IDEOGRAPH")
