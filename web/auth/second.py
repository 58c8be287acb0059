"""The second factor: six digits that change every half minute (TOTP, RFC 6238), and codes for the day the phone is lost.

The secret is not in the database: it is made from the row's salt and the site's key, so that a stolen copy of the
database opens nothing. Recovery codes are kept sealed and open once. A code that was taken is not taken again.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets

import pyotp
import segno
from markupsafe import Markup
from sqlalchemy.orm import Session

from web.db import now
from web.kit import audit, seal
from web.kit.seal import Seal
from web.models import User

STEP_S = 30
LATE_STEPS = 1  # a phone's clock may be half a minute off
CODES = 10
GROUPS = 6  # of four letters: 119 bits, which a plain seal may keep (ASVS 6.5.2)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def salted() -> str:
    """Return a fresh salt."""
    return secrets.token_hex(16)


def secret(keys: Seal, user_id: int, salt: str) -> str:
    """Return the secret that the phone is to know, made with the newest key."""
    return _secret(keys.newest, user_id, salt)


def picture(secret_text: str, username: str, issuer: str) -> Markup:
    """Return the secret as a QR code, an SVG without any style of its own."""
    address = pyotp.TOTP(secret_text).provisioning_uri(name=username, issuer_name=issuer)
    return Markup(segno.make_qr(address).svg_inline(scale=5, border=3))  # noqa: S704  # drawn here, of nothing but squares


def step_of(keys: Seal, user_id: int, salt: str, code: str) -> int | None:
    """Return the half minute that the code belongs to, None where it is of none around now."""
    digits = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    present = int(now().timestamp()) // STEP_S
    for key in keys.keys:
        made = pyotp.TOTP(_secret(key, user_id, salt))
        for step in range(present - LATE_STEPS, present + LATE_STEPS + 1):
            if hmac.compare_digest(made.generate_otp(step), digits):
                return step
    return None


def accept(session: Session, keys: Seal, user: User, code: str) -> bool:
    """Take a code of the phone or a recovery code, once; whether it was right."""
    step = step_of(keys, user.id, user.second_factor_salt, code)
    if step is not None and step > user.second_factor_step:
        user.second_factor_step = step
        return True
    sealed = {_sealed(key, user.id, code) for key in keys.keys}
    left = [kept for kept in user.recovery_codes if kept not in sealed]
    if len(left) == len(user.recovery_codes):
        return False
    user.recovery_codes = left
    audit.record(session, "recovery-code", "user", user.id, user_id=user.id, username=user.username, left=len(left))
    return True


def switch_on(session: Session, keys: Seal, user: User, salt: str, step: int) -> list[str]:
    """Ask for the second factor from now on; returns recovery codes, to be shown once. All sessions end."""
    codes = ["-".join(_word() for _group in range(GROUPS)) for _code in range(CODES)]
    user.second_factor_salt, user.second_factor_step = salt, step
    user.recovery_codes = [_sealed(keys.newest, user.id, code) for code in codes]
    user.session_epoch += 1
    audit.record(session, "second-factor-on", "user", user.id)
    return codes


def switch_off(session: Session, user: User) -> None:
    """Ask for the password alone from now on. All sessions end."""
    user.second_factor_salt, user.second_factor_step, user.recovery_codes = "", 0, []
    user.session_epoch += 1
    audit.record(session, "second-factor-off", "user", user.id)


def _word() -> str:
    return "".join(secrets.choice(_LETTERS) for _character in range(4))


def _secret(key: bytes, user_id: int, salt: str) -> str:
    return base64.b32encode(seal.sealed(key, "second factor", f"{user_id} {salt}".encode())[:20]).decode()


def _sealed(key: bytes, user_id: int, code: str) -> str:
    plain = re.sub(r"[\s-]", "", code).lower()
    return seal.sealed(key, "recovery", f"{user_id} {plain}".encode()).hex()
