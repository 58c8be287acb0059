"""`python -m benchmarks pages [--recordings N] [--home DIR] [--rounds N]`: every page at 100,000 recordings.

Fills a database of its own (kept in DIR and used again), then asks for each page as the role that uses it and reports
p50, p95 and the number of queries. Times are over HTTP from `flask --app web serve`, five users asking at once without
a pause between a page and the next; queries are counted in this process.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy import event, func, select

from analyzer.settings import ROOT, Settings
from benchmarks.kit.places import RESULTS
from benchmarks.pages.fill import TEAMS, fill
from benchmarks.pages.load import ask_together, serving
from web import create_app
from web.config import WebSettings
from web.kit.cookies import SessionCookies
from web.kit.site import KEY
from web.migrations import upgrade
from web.models import Recording, User

P95_MS, MOST_QUERIES = 200, 12  # the numbers to reach
USERS = 5
SECRET_KEY = "bench"  # noqa: S105  # of a throw-away site


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks pages")
    parser.add_argument("--recordings", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "bench-pages")
    parser.add_argument("--fill-only", action="store_true", help="make the archive, for `benchmarks crowd`, and end")
    chosen = parser.parse_args(arguments)
    (chosen.home / "web").mkdir(parents=True, exist_ok=True)
    settings = Settings(home=chosen.home)
    web = WebSettings()
    upgrade(web.database(settings.home))
    app = create_app({"TESTING": True, "WTF_CSRF_ENABLED": False, "SECRET_KEY": SECRET_KEY}, settings, web)
    filled_s, rebuilt_s = fill(app.extensions[KEY], chosen.recordings)
    if chosen.fill_only:
        print(
            f"{chosen.recordings:,} recordings in {chosen.home}; filled in {filled_s:.0f} s, summed up in {rebuilt_s:.1f} s"
        )
        return 0
    with serving(chosen.home, SECRET_KEY) as port:
        rows = [measured(app, port, who, path, chosen.rounds) for who, path in pages(app)]
    report = _report(rows, chosen.recordings, filled_s, rebuilt_s, chosen.home)
    print(report)
    if chosen.recordings >= 100_000:
        (RESULTS / "pages.md").write_text(report, "utf-8")
    return int(any(p95 > P95_MS or queries > MOST_QUERIES for _, _, _, p95, queries in rows))


def pages(app: Flask) -> list[tuple[str, str]]:
    """(user, path) of every page that people open, with filters that cost."""
    with app.extensions[KEY].db.reading() as session:
        count = session.scalar(select(func.count()).select_from(Recording)) or 0
        last = session.scalar(select(Recording.id).order_by(Recording.id.desc()).limit(1))
        middle = (
            session.scalar(
                select(Recording.recorded_on).order_by(Recording.recorded_on).offset(count * 3 // 5).limit(1)
            )
            or date.today()
        )
    month, year = middle.strftime("%Y-%m"), str(middle.year)
    return [
        ("qa", "/review"),
        ("qa", "/review?queue=sample"),
        ("qa", "/review?queue=mine"),
        ("qa", "/review?queue=second"),
        ("qa", f"/review?queue=risk&standard=property-visit&team={TEAMS}"),
        ("qa", "/review?when=week"),
        ("qa", "/recordings/"),
        ("qa", "/recordings/?page=50"),
        ("qa", "/recordings/?when=yesterday"),
        ("qa", "/recordings/?technician=7&standard=property-visit&review=open"),
        ("qa", "/recordings/?flag=forbidden&sort=score"),
        ("qa", "/recordings/?item=greeting&verdict=missed&standard=property-visit"),
        ("qa", "/recordings/?q=WO-77"),
        ("qa", f"/recordings/{last}"),
        ("qa", "/search?q=%E6%82%A8%E5%A5%BD"),  # 您好: said in all
        ("qa", "/search?q=%E7%BB%8F%E7%90%86+%E5%8F%91%E7%A5%A8"),  # 经理 发票
        ("qa", "/search?q=%E7%BB%8F%E7%90%86&technician=7&role=customer"),
        ("qa", "/search?q=%E7%B4%AB%E8%AA%93%E6%9C%A8%E5%9C%B0%E6%9D%BF"),  # 紫誓木地板: not said
        ("qa", "/search?q=%E4%BA%AC%E7%90%86"),  # 京理: only sounds so
        ("manager", "/search?q=%E8%B7%B3%E9%97%B8&from=2026-01-01&to=2026-03-31"),  # 跳闸
        ("technician", "/search?q=%E7%BB%8F%E7%90%86"),
        ("qa", "/palette?q=WO-77"),
        ("manager", "/palette?q=%E6%8A%80%E5%B8%887"),  # 技师7
        ("qa", "/queue"),
        ("qa", "/uploads"),
        ("qa", "/appeals"),
        ("qa", "/review/agreement"),
        ("qa", "/due"),
        ("qa", "/staff/technicians"),
        ("qa", "/staff/orders"),
        ("qa", "/staff/orders?q=WO-77"),
        ("manager", "/scorecards/team"),
        ("manager", f"/scorecards/team?period={month}&standard=property-visit"),
        ("manager", f"/scorecards/team?period={year}"),
        ("manager", f"/scorecards/technicians/7?period={year}"),
        ("manager", f"/scorecards/technicians/7?period={month}"),
        ("manager", f"/standards/property-visit?period={year}"),
        ("technician", "/scorecards/mine"),
        ("admin", "/admin/users"),
        ("admin", "/admin/audit"),
        ("admin", "/hooks"),
        ("manager", "/scorecards/digest"),
        ("manager", f"/scorecards/words?period={month}"),
        ("manager", f"/scorecards/talk?period={month}"),
        ("manager", "/scorecards/months"),
    ]


def measured(app: Flask, port: int, who: str, path: str, rounds: int) -> tuple[str, str, float, float, int]:
    kept = signed_in(app, who)
    client = app.test_client()
    with client.session_transaction() as stored:
        stored.update(kept)
    with counted(app) as queries:
        response = client.get(path)
    if response.status_code != 200:
        raise RuntimeError(f"{path}: {response.status_code}")
    response.close()
    signer = SessionCookies().get_signing_serializer(app)
    assert signer is not None
    times = ask_together(port, path, f"tingjian={signer.dumps(kept)}", USERS, rounds)
    return who, path, statistics.median(times), statistics.quantiles(times, n=20)[-1], queries[0]


def signed_in(app: Flask, who: str) -> dict[str, object]:
    """What the session of a user keeps."""
    with app.extensions[KEY].db.reading() as session:
        user = session.scalars(select(User).where(User.username == who)).one()
    return {"_user_id": f"{user.id}.{user.session_epoch}", "_fresh": True}


@contextmanager
def counted(app: Flask) -> Iterator[list[int]]:
    """Count the statements, but for the BEGIN of each transaction."""
    count = [0]

    def seen(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        count[0] += not statement.startswith(("BEGIN", "PRAGMA"))

    engine = app.extensions[KEY].db.engine
    event.listen(engine, "before_cursor_execute", seen)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", seen)


def _report(
    rows: list[tuple[str, str, float, float, int]], recordings: int, filled_s: float, rebuilt_s: float, home: Path
) -> str:
    size = sum(p.stat().st_size for p in (home / "web").glob("tingjian.db*")) / 1024**3
    lines = [
        f"# Pages at {recordings:,} recordings",
        "",
        f"`python -m benchmarks pages`: SQLite, over HTTP from `flask serve`, {USERS} users at once without a pause. "
        f"Targets: p95 ≤ {P95_MS} ms, ≤ {MOST_QUERIES} queries.",
        "",
        f"Database {size:.1f} GiB, filled in {filled_s:.0f} s; all summaries computed anew in {rebuilt_s:.1f} s.",
        "",
        "| page | as | p50 ms | p95 ms | queries |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for who, path, p50, p95, queries in rows:
        missed = " ✗" if p95 > P95_MS or queries > MOST_QUERIES else ""
        lines.append(f"| `{path}` | {who} | {p50:.0f} | {p95:.0f}{missed} | {queries} |")
    return "\n".join(lines) + "\n"
