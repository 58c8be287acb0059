"""Secrets: made of what the database does not know, the same as long as the key is known."""

from __future__ import annotations

import pytest
from standardwebhooks import Webhook

from web.db import now
from web.hooks import signing
from web.hooks.signing import LostKeyError
from web.kit.seal import Seal
from web.models import Hook

OLD, NEW = b"o" * 32, b"n" * 32
BODY = b'{"type":"webhook.ping"}'


def test_a_new_key_of_the_site_changes_no_secret_as_long_as_the_old_one_is_known() -> None:
    hook = Hook(id=7)
    secret = signing.give_secret(hook, Seal((OLD,)))
    made = signing.headers(hook, Seal((NEW, OLD)), "msg_1", BODY, now())
    assert Webhook(secret).verify(BODY, made) == {"type": "webhook.ping"}
    with pytest.raises(LostKeyError, match="TINGJIAN_WEB_AUDIT_KEY"):
        signing.headers(hook, Seal((NEW,)), "msg_1", BODY, now())


def test_a_secret_given_since_works_although_the_former_key_is_lost() -> None:
    hook, moment = Hook(id=7), now()
    signing.give_secret(hook, Seal((OLD,)))
    secret = signing.give_secret(hook, Seal((NEW,)), moment)
    made = signing.headers(hook, Seal((NEW,)), "msg_1", BODY, moment)
    assert made["webhook-signature"].count("v1,") == 1
    assert Webhook(secret).verify(BODY, made)


def test_no_two_receivers_share_a_secret() -> None:
    keys = Seal((OLD,))
    one, other = Hook(id=1), Hook(id=2)
    secrets = {signing.give_secret(one, keys), signing.give_secret(one, keys, now()), signing.give_secret(other, keys)}
    assert len(secrets) == 3
    other.salt = one.salt
    stolen = signing.headers(other, keys, "msg_1", BODY, now())
    assert stolen["webhook-signature"] not in signing.headers(one, keys, "msg_1", BODY, now())["webhook-signature"]
