"""The numbers of the menu: each is the number of rows of the list that its link opens, for every role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, url_for

from tests.web import cast
from tests.web.conftest import Login
from tests.web.furnished import furnish
from tests.web.html import Node, page
from web.db import Database, now
from web.kit import counts
from web.kit.access import may
from web.kit.counts import Count, menu_counts
from web.kit.login import Viewer, viewer_of
from web.kit.site import reader
from web.models import Appeal, Notice, NoticeKind, RecordingState, ReviewState, Verdict

Cast = dict[str, Any]
ROLES = ("admin", "qa", "manager", "manager_east", "technician", "technician2")


def rows(class_: str) -> Callable[[Node], int]:
    """The rows of the tables, by a class that one cell (or the whole) of each has."""
    return lambda shown: len(shown.all("*", class_=class_))


def table_rows(shown: Node) -> int:
    return sum(len(body.all("tr")) for body in shown.all("tbody"))


LISTS: dict[str, Callable[[Node], int]] = {
    "review.work_list": rows("work-who"),
    "review.mine": rows("work-who"),
    "review.second": rows("work-who"),
    "review.appeals": rows("appeal"),
    "calibration.index": table_rows,
    "jobs.queue": rows("job-progress"),
    "links.due": table_rows,
    "notices.index": lambda shown: len(shown.all("li", data_unread="true")),
}


def counted(app: Flask, viewer: Viewer) -> dict[str, tuple[Count, str]]:
    """The counts of a viewer with the addresses that they open."""
    with app.test_request_context():
        found = menu_counts(reader(), viewer)
        return {
            name: (count, url_for(count.endpoint, **dict[str, Any](count.arguments))) for name, count in found.items()
        }


@pytest.fixture
def waiting(app: Flask, db: Database, people: Cast) -> None:
    """Something in each list, beside much that is in none of them."""
    made = furnish(app, people)
    with db.writing() as session:
        for who in ("admin", "qa"):
            for read_at in (None, now()):
                session.add(Notice(user_id=people[who].id, kind=NoticeKind.IMPORT_FINISHED, read_at=read_at))
        session.add(Appeal(recording_id=made.signed, item_id="farewell", user_id=people["technician"].id, text="说了"))
        session.add(
            Appeal(
                recording_id=made.signed, item_id="inquiry", user_id=people["technician"].id, text="", state="upheld"
            )
        )
        for name, link in (("east", "followup-awaited"), ("none", "no-order"), ("west", "followup-missing")):
            technician = people["li" if name == "west" else "wang"]
            order = cast.order(session, technician, f"回访-{name}")
            row = cast.recording(
                session, technician, f"{name}.mp3", work_order_id=order.id, recorded_on=now().date(),
                state=RecordingState.JUDGED, review_state=ReviewState.SIGNED,
            )  # fmt: skip
            session.add(
                Verdict(
                    recording_id=row.id, item_id="followed-up", analysis_id=1, standard_id="property-visit", position=1,
                    kind="required", how="link", machine="missed" if name == "west" else None,
                    evidence=[{"link": link, "values": {"due": "2026-11-27 24:00"}}],
                )
            )  # fmt: skip


def test_every_list_of_the_menu_is_compared(app: Flask) -> None:
    assert set(counts._LISTS) == set(LISTS)


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("who", ROLES)
def test_a_count_is_the_number_of_rows_that_its_link_shows(app: Flask, login: Login, people: Cast, who: str) -> None:
    viewer = viewer_of(people[who])
    found = counted(app, viewer)
    assert set(found) == {name for name, one in counts._LISTS.items() if may(viewer, one.endpoint)}
    shown = {name: LISTS[name](page(login(who).get(path))) for name, (_, path) in found.items()}
    assert {name: count.n for name, (count, _) in found.items()} == shown
    if who == "qa":
        assert all(shown.values()), "a list without rows compares nothing"


def test_more_than_can_be_counted_quickly_is_said_so(
    app: Flask, db: Database, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.writing() as session:
        for number in range(4):
            cast.recording(
                session, None, f"{number}.mp3", state=RecordingState.JUDGED,
                recorded_at=cast.MONDAY + dt.timedelta(minutes=number),
            )  # fmt: skip
    viewer = viewer_of(people["qa"])
    assert str(counted(app, viewer)["review.work_list"][0]) == "4"
    one = counts._LISTS["review.work_list"]
    monkeypatch.setitem(counts._LISTS, "review.work_list", counts._List(one.endpoint, one.arguments, one.rows, 3))
    assert str(counted(app, viewer)["review.work_list"][0]) == "3+"
