"""What the settings must say, and what is told of those that cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from web.config import SettingsError, WebSettings
from web.models import UserRole
from web.oidc.rules import rules

GOOD = {"oidc_issuer": "https://login.example.com", "oidc_client_id": "x", "oidc_roles": "qa=qa"}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"oidc_issuer": "http://login.example.com"}, "https://"),
        ({"oidc_issuer": "https://"}, "原样填"),
        ({"oidc_issuer": "https://login.example.com/?a=1"}, "原样填"),
        ({"oidc_client_id": ""}, "client_id"),
        ({"oidc_scope": "profile"}, "openid"),
        ({"oidc_roles": ""}, "用户组"),
        ({"oidc_roles": "qa=boss"}, "admin、qa、manager、technician"),
        ({"oidc_roles": "qa"}, "用户组=含义"),
        ({"oidc_teams": "east="}, "用户组=含义"),
        ({"oidc_client_secret_file": "/nowhere/secret"}, "FileNotFoundError"),
    ],
)
def test_a_setting_that_cannot_be_is_told_with_its_mend(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as error:
        rules(WebSettings(**(GOOD | changed)))
    assert told in error.value.advice
    assert f"TINGJIAN_WEB_{next(iter(changed)).upper()}" in error.value.message


def test_groups_may_hold_commas_and_equals_signs() -> None:
    read = rules(WebSettings(**GOOD | {"oidc_roles": "CN=质检,OU=a=qa； /heads = admin ;", "oidc_teams": "e=东区"}))
    assert read is not None
    assert read.roles == (("CN=质检,OU=a", UserRole.QA), ("/heads", UserRole.ADMIN))
    assert read.teams == (("e", "东区"),)


def test_the_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s3cret\nnot this\n")
    read = rules(WebSettings(**GOOD | {"oidc_client_secret_file": str(file)}))
    assert read is not None and read.client_secret == "s3cret"
    assert "s3cret" not in repr(read)
    file.write_text("\n")
    with pytest.raises(SettingsError):
        rules(WebSettings(**GOOD | {"oidc_client_secret_file": str(file)}))


def test_without_an_issuer_there_is_none() -> None:
    assert rules(WebSettings()) is None


class TestASiteWithoutIt:
    @pytest.fixture
    def web_settings(self, database_url: str) -> WebSettings:
        return WebSettings(database_url=database_url)

    def test_leads_to_its_own_login(self, client: FlaskClient) -> None:
        for path in ("/login/company", "/login/company/back", "/login/company/left"):
            assert client.get(path).location == "/login"
        assert "公司账号" not in client.get("/login").get_data(as_text=True)
