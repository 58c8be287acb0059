"""What was read of the summaries is read again only when they have changed."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from web.db import Database
from web.models import SiteValue
from web.summaries import keep
from web.summaries.remembered import NAME, changed, remembered

asked_for: list[int] = []


@remembered
def squares(_session: Session, number: int) -> pd.DataFrame:
    asked_for.append(number)
    return pd.DataFrame({"square": [number * number]})


@pytest.fixture(autouse=True)
def nothing_asked_yet() -> Iterator[None]:
    asked_for.clear()
    yield


def ask(db: Database, number: int) -> pd.DataFrame:
    with db.reading() as session:
        return squares(session, number)


def test_a_question_is_computed_once_until_summaries_change(db: Database) -> None:
    with db.writing() as session:
        changed(session)
    assert [int(ask(db, n)["square"][0]) for n in (3, 4, 3, 4)] == [9, 16, 9, 16]
    assert asked_for == [3, 4]
    with db.writing() as session:
        changed(session)
    ask(db, 3)
    assert asked_for == [3, 4, 3]


def test_what_a_caller_does_to_an_answer_is_his_own(db: Database) -> None:
    with db.writing() as session:
        changed(session)
    mine = ask(db, 5)
    mine.loc[0, "square"] = -1
    mine["more"] = 0
    assert ask(db, 5).to_dict("list") == {"square": [25]}
    assert asked_for == [5]


def test_without_a_stamp_nothing_is_kept(db: Database) -> None:
    ask(db, 6)
    ask(db, 6)
    assert asked_for == [6, 6]


def test_computing_summaries_changes_their_stamp(db: Database) -> None:
    def stamp() -> object:
        with db.reading() as session:
            return session.scalar(select(SiteValue.value).where(SiteValue.name == NAME))

    keep.rebuild(db)
    first = stamp()
    keep.rebuild(db)
    assert first is not None
    assert stamp() != first
