"""SQLite and PostgreSQL sort, compare and refuse alike, whatever the server's language."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import String, func, literal, select, text

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import page
from tests.web.servers import POSTGRES
from web.db import Database, UnstorableError
from web.models import Recording, RecordingState, SiteValue, Team, Technician
from web.recordings.filters import SORTS, Filter
from web.staff import queries

NAMES = ("乙组", "甲组", "B", "a", "A", "b", "10", "9", "_", "é", "丙-1", "丙1", "ａ")


def test_texts_sort_by_code_points(db: Database) -> None:
    with db.writing() as session:
        session.add_all(Team(name=name) for name in NAMES)
    with db.reading() as session:
        found = session.scalars(select(Team.name).order_by(Team.name)).all()
        above = session.scalars(select(Team.name).where(Team.name > "B")).all()
    assert found == sorted(found)
    assert set(above) == {name for name in found if name > "B"}


def test_search_does_not_tell_the_case_of_latin_letters(db: Database) -> None:
    with db.writing() as session:
        session.add_all(Team(name=name) for name in ("WO-abc", "ÉCLAIR", "50%_off"))

    def searched(words: str) -> list[str]:
        with db.reading() as session:
            return list(session.scalars(select(Team.name).where(Team.name.contains(words, autoescape=True))))

    assert searched("wo-ABC") == ["WO-abc"]
    assert searched("éclair") == []  # only those of ASCII, on both
    assert searched("%_") == ["50%_off"]
    with db.reading() as session:
        others = select(Team.name).where(~Team.name.contains("ABC"), Team.name.contains("WO"))
        assert session.scalars(others).all() == []
        assert session.scalar(select(func.lower(literal("ÉA", String)))) in ("Éa", "éa")


def test_recordings_without_a_value_come_last_in_every_order(db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        for number, value in enumerate((None, 40.0, 90.0, None)):
            cast.recording(
                session, people["wang"], f"{number}.mp3", score=value, duration_s=value, state=RecordingState.JUDGED
            )
    with db.reading() as session:
        for sort in SORTS:
            name = sort.lstrip("-")
            if name not in ("score", "duration"):
                continue
            column = Recording.score if name == "score" else Recording.duration_s
            found = session.scalars(Filter(sort=sort).ordered(select(column))).all()
            told = [value for value in found if value is not None]
            assert found == [*sorted(told, reverse=sort.startswith("-")), None, None], sort


def test_people_without_a_team_come_first(db: Database) -> None:
    with db.writing() as session:
        session.add(Technician(staff_no="0", name="新人"))
    with db.reading() as session:
        assert [line.team for line in queries.staff(session)] == ["", "东区", "西区"]


@pytest.mark.parametrize(
    "value", ["甲\0乙", "\ud83d", 2**63, -(2**63) - 1], ids=["NUL", "half an emoji", "2⁶³", "-2⁶³-1"]
)
def test_what_one_could_not_keep_is_refused_on_both(db: Database, value: str | int) -> None:
    with pytest.raises(UnstorableError), db.reading() as session:
        session.scalars(select(Team).where((Team.name if isinstance(value, str) else Team.id) == value)).all()
    with pytest.raises(UnstorableError), db.writing() as session:
        session.add(Team(**{"name" if isinstance(value, str) else "id": value}))
    with pytest.raises(UnstorableError), db.writing() as session:
        session.execute(text("UPDATE teams SET name = :a"), [{"a": value}, {"a": value}])


@pytest.mark.parametrize("number", [2**31, 2**40, 2**63 - 1, 2**63, 10**30])
def test_a_number_that_no_row_has_is_not_found_or_refused(login: Login, number: int) -> None:
    assert login("qa").get(f"/recordings/{number}").status_code in (400, 404)


def test_a_form_with_nul_or_half_a_character_is_told_so(client: FlaskClient) -> None:
    answer = client.post("/login", data={"username": "a\0b", "password": "x"})
    assert answer.status_code < 500
    assert "Traceback" not in answer.text


def test_an_unstorable_value_that_no_form_has_caught_is_a_bad_request(app: Flask, login: Login) -> None:
    def careless() -> str:
        from web.kit.site import site

        with site().db.writing() as session:
            session.add(SiteValue(name="a\0b", value=1))
        return ""

    from web.kit import access

    app.add_url_rule("/careless", "careless", careless)
    browser = login("admin")
    before = dict(access.TABLE)
    access.TABLE["careless"] = access.PUBLIC  # type: ignore[index]
    try:
        assert "不能保存的字符" in page(browser.get("/careless"), 400).text
    finally:
        access.TABLE.clear()  # type: ignore[attr-defined]
        access.TABLE.update(before)  # type: ignore[attr-defined]


@pytest.mark.skipif(not POSTGRES, reason="tells of PostgreSQL: make test-scale")
def test_every_text_of_postgresql_compares_by_code_points(db: Database) -> None:
    with db.engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT table_name || '.' || column_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND data_type IN ('character varying', 'text')"
                " AND table_name <> 'alembic_version' AND collation_name IS DISTINCT FROM 'C'"
            )
        ).all()
    assert found == []
