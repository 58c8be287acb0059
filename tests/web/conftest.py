"""A site of its own for every test: migrated once, copied; users logged in without the form."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from analyzer.settings import ROOT, Settings
from tests.web import cast
from tests.web.servers import POSTGRES, REDIS, emptied
from web import create_app
from web.config import WebSettings
from web.db import Database
from web.intake.storage import Storage, open_storage
from web.kit.site import KEY, Site, site_of
from web.migrations import upgrade
from web.models import User

Login = Callable[[str], FlaskClient]
Fresh = Callable[[Path], str]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On servers, only the tests that reach one: the others have said all they can in `make test`."""
    if POSTGRES:
        others = [item for item in items if not _reaches_a_server(item)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]


def _reaches_a_server(item: pytest.Item) -> bool:
    """Whether a test opens the site's database by a fixture, or its module asks where the servers are."""
    module = getattr(item, "module", None)
    asks = any(name in vars(module) for name in ("POSTGRES", "REDIS", "FILE", "own_servers"))
    return asks or "migrated" in getattr(item, "fixturenames", ())


@pytest.fixture(autouse=True)
def _of_this_database(request: pytest.FixtureRequest) -> None:
    if POSTGRES and request.node.get_closest_marker("sqlite"):
        pytest.skip("tells of SQLite's file")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    """`migrated(folder)` gives the URL of a database at the newest migration, with nothing but the company in it.

    An SQLite file in that folder, or the one of this process on PostgreSQL (`tests/web/servers.py`).
    """
    if POSTGRES:
        with emptied(cast.company) as one:
            yield lambda _folder: one.fresh()
        return
    kept = tmp_path_factory.mktemp("db") / "tingjian.db"
    upgrade(f"sqlite:///{kept}")
    database = Database(f"sqlite:///{kept}")
    with database.writing() as session:
        cast.company(session)
    database.dispose()

    def copied(folder: Path) -> str:
        shutil.copy(kept, folder / "tingjian.db")
        return f"sqlite:///{folder / 'tingjian.db'}"

    yield copied


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The service's own folder."""
    folder = tmp_path / "home"
    (folder / "web").mkdir(parents=True)
    return folder


@pytest.fixture
def database_url(home: Path, migrated: Fresh) -> str:
    """A database with the company in it."""
    return migrated(home / "web")


@pytest.fixture
def web_settings(database_url: str) -> WebSettings:
    """The site's settings: the usual ones, on the database of the test."""
    return WebSettings(database_url=database_url, queue_url=REDIS) if POSTGRES else WebSettings()


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once a process: each test has a site of its own, and half the time of a page went into them."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(home: Path, web_settings: WebSettings, compiled: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The site; CSRF checks are off but in the tests of CSRF."""
    settings = Settings(home=home, lexicons=ROOT / "lexicons")
    made = create_app({"TESTING": True, "WTF_CSRF_ENABLED": False, "SECRET_KEY": "test"}, settings, web_settings)
    made.jinja_env.bytecode_cache = compiled
    yield made
    database: Database = made.extensions[KEY].db
    held = database.engine.pool.checkedout()  # type: ignore[attr-defined]  # of QueuePool, which a file and a server have
    database.dispose()
    assert not held, (
        "a connection was never given back: it would be torn down by the garbage collector, in anybody's code"
    )


@pytest.fixture
def here(app: Flask) -> Site:
    """The site, without a request."""
    return site_of(app)


@pytest.fixture
def storage(here: Site) -> Storage:
    """The site's own storage."""
    return open_storage(here.web, here.settings.home)


@pytest.fixture
def db(app: Flask) -> Database:
    """The site's database."""
    database: Database = app.extensions[KEY].db
    return database


@pytest.fixture
def people(db: Database) -> dict[str, Any]:
    """The company's rows by the names of `cast.company`."""
    from sqlalchemy import select

    from web.models import Team, Technician

    names = {
        "admin": "admin", "qa": "chen", "qa2": "lin", "manager": "zhou", "manager_east": "zheng",
        "technician": "wang", "technician2": "li",
    }  # fmt: skip
    with db.reading() as session:
        users = {u.username: u for u in session.scalars(select(User))}
        staff = {t.staff_no: t for t in session.scalars(select(Technician))}
        teams = {t.name: t for t in session.scalars(select(Team))}
    return {
        **{key: users[name] for key, name in names.items()},
        "wang": staff["1001"],
        "li": staff["1002"],
        "east": teams["东区"],
        "west": teams["西区"],
    }


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody has logged in with."""
    return app.test_client()


@pytest.fixture
def login(app: Flask, people: dict[str, Any]) -> Login:
    """Return `login("qa")`: a client logged in as that member of the cast."""

    def log_in(who: str) -> FlaskClient:
        client = app.test_client()
        user = people[who]
        with client.session_transaction() as session:
            session["_user_id"] = f"{user.id}.{user.session_epoch}"
            session["_fresh"] = True
        return client

    return log_in
