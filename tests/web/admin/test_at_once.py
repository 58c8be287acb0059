"""Accounts whose names differ in case or width alone are one name, even where two are added at the same moment."""

from __future__ import annotations

from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import page
from tests.web.together import at_once
from web.db import Database
from web.models import User, UserRole

PAIRS = 5


def test_of_two_accounts_of_one_name_added_at_once_one_is_made(app: Flask, db: Database, login: Login) -> None:
    first, second = login("admin"), login("admin")
    form = {"name": "新人", "role": "qa", "email": ""}
    for pair in range(PAIRS):
        told = at_once(
            partial(first.post, "/admin/users/new", data=form | {"username": f"race{pair}"}),
            partial(second.post, "/admin/users/new", data=form | {"username": f"RACE{pair}"}),
        )
        assert sorted(answer.status_code for answer in told) == [200, 422], pair
    with db.reading() as session:
        made = [name for name in session.scalars(select(User.username)) if name.lower().startswith("race")]
        assert len(made) == PAIRS


@pytest.mark.parametrize("username", ["CHEN", "Chen", "ｃｈｅｎ", "ＣＨＥＮ"])
def test_a_name_that_differs_in_case_or_width_alone_is_taken(login: Login, username: str) -> None:
    form = {"username": username, "name": "新人", "role": "qa", "email": ""}
    page(login("admin").post("/admin/users/new", data=form), 422)


def test_the_database_itself_refuses_a_second_account_of_one_name(db: Database) -> None:
    with pytest.raises(IntegrityError), db.writing() as session:
        session.add(User(username="CHEN", name="新人", role=UserRole.QA, password_hash=cast.password_hash()))


def test_a_form_that_the_database_refuses_for_another_is_told_so(
    app: Flask, db: Database, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.admin.accounts.names.check", lambda *_: None)  # as if it were not looked up
    form = {"username": "CHEN", "name": "新人", "role": "qa", "email": ""}
    assert "刚才有人做了同样的事" in page(login("admin").post("/admin/users/new", data=form), 409).text


def test_accounts_that_share_a_name_since_before_stay_usable(db: Database) -> None:
    with db.writing() as session:
        session.execute(update(User).where(User.username == "lin").values(username="Chen", username_key="chen#3"))
    with db.reading() as session:
        assert set(session.scalars(select(User.username))) >= {"chen", "Chen"}
