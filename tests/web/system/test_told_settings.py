"""Every setting with its source; never a secret."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import pytest

from tests.web.conftest import Login
from tests.web.html import page
from web.config import Settings, WebSettings
from web.kit.site import Site
from web.system.told_settings import Told, told

SECRET = "geheim-7719"  # must never be seen


def by_name(here: Site, **environment: str) -> dict[str, Told]:
    return {one.variable: one for one in told(here, environment)}


def test_every_setting_is_told(here: Site) -> None:
    count = len(dataclasses.fields(Settings)) + len(dataclasses.fields(WebSettings))
    assert len(by_name(here)) == count


def test_the_source_is_named(here: Site) -> None:
    (here.folder / "secret_key").write_text(SECRET, "utf-8")
    with_port = Site(here.settings, replace(here.web, port=8100, threads=4), here.db)
    found = by_name(with_port, TINGJIAN_WEB_PORT="8100")
    assert [found[f"TINGJIAN_WEB_{n}"].source for n in ("PORT", "THREADS", "HOST", "SECRET_KEY")] == [
        *("environment", "program", "default", "file")
    ]
    assert found["TINGJIAN_HOME"].source == "program"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("secret_key", SECRET, ""),
        ("audit_key", SECRET * 4, ""),
        ("database_url", f"postgresql://tj:{SECRET}@db.local:5432/tingjian?password={SECRET}", "postgresql://db.local:5432/tingjian"),
        ("queue_url", f"redis://:{SECRET}@127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("smtp_url", f"smtp://qc:{SECRET}@mail.local:587", "smtp://mail.local:587"),
        ("storage_url", f"https://{SECRET}:{SECRET}@store.local/hook/{SECRET}?key={SECRET}", "https://store.local/…"),
        ("public_url", "http://tingjian.local/qc", "http://tingjian.local/qc"),
    ],
)  # fmt: skip
def test_no_secret_is_told(here: Site, name: str, value: str, shown: str) -> None:
    hiding = Site(here.settings, replace(here.web, **{name: value}), here.db)
    found = by_name(hiding, **{f"TINGJIAN_WEB_{name.upper()}": value})
    assert found[f"TINGJIAN_WEB_{name.upper()}"].value == shown
    assert SECRET not in repr(list(found.values()))


def test_a_setting_whose_name_speaks_of_a_secret_is_hidden_whoever_adds_it() -> None:
    from web.system.told_settings import SECRET as RULE

    for name in ("secret_key", "robot_secret", "api_token", "smtp_password"):
        assert RULE.search(name)


def test_the_page_tells_what_was_changed_first(login: Login) -> None:
    shown = page(login("admin").get("/system")).one(id="settings")
    changed, other = shown.all("details")
    assert "TINGJIAN_HOME" in changed.text
    assert changed.get("open") is not None
    assert "TINGJIAN_WEB_PORT" in other.text
