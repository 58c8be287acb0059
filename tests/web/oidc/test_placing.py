"""Whose account somebody gets, what his groups make of it, and what nobody gets by cunning."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.web.cast import PASSWORD
from tests.web.conftest import Login
from tests.web.html import page
from tests.web.oidc.stub import Stub, come_back
from tests.web.oidc.test_tokens import inside, told
from web.auth import second
from web.db import Database
from web.kit.site import KEY
from web.models import Identity, Team, Technician, User, UserRole
from web.oidc.people import groups_of, person
from web.oidc.provider import claim
from web.oidc.rules import rules

CLAIMS = {"oidc_username_claim": "preferred_username", "oidc_staff_claim": "staff_no"}
by_claims = pytest.mark.parametrize("oidc", [CLAIMS | {"oidc_create": False}])
by_admin = pytest.mark.parametrize("oidc", [{"oidc_create": False}])


def the_user(db: Database, username: str) -> User:
    with db.reading() as session:
        return session.scalars(select(User).where(User.username == username)).one()


def refused(browser: FlaskClient, stub: Stub) -> str:
    text = page(come_back(browser, stub), 422).text
    assert not inside(browser)
    return text


def actions(db: Database) -> list[str]:
    return [action for action, _ in told(db)]


def test_a_first_login_makes_an_account_with_the_role_of_the_groups(
    client: FlaskClient, stub: Stub, db: Database
) -> None:
    stub.claims |= {"groups": ["staff", "managers", "qa"]}
    come_back(client, stub)
    user = the_user(db, "sun")
    assert (user.name, user.role, user.team_id, user.must_change_password) == ("小孙", UserRole.MANAGER, None, False)
    entry = page(_as_admin(client.application).get("/admin/audit")).one("tbody").text
    assert "新增账号" in entry and "关联公司账号" in entry and "途径：公司账号" in entry


def _as_admin(app: Flask) -> FlaskClient:
    browser = app.test_client()
    browser.post("/login", data={"username": "admin", "password": PASSWORD})
    return browser


def test_who_is_in_no_group_is_told_so_and_leaves_nothing(client: FlaskClient, stub: Stub, db: Database) -> None:
    for groups in ([], None, "QA", ["qa "], {"qa": True}, [["qa"]]):
        stub.claims |= {"groups": groups}
        assert "还没有使用听检的权限" in refused(client, stub)
    with db.reading() as session:
        assert session.scalars(select(Identity)).all() == []
    assert set(actions(db)) == {"company-refused"}


def test_the_role_follows_the_groups_and_who_loses_them_is_out_everywhere(app: Flask, stub: Stub, db: Database) -> None:
    here, there = app.test_client(), app.test_client()
    come_back(here, stub)
    stub.claims |= {"groups": ["heads"]}
    come_back(there, stub)
    assert the_user(db, "sun").role is UserRole.ADMIN
    assert not inside(here)  # a change of rights ends what was begun with others
    assert there.get("/admin/users").status_code == 200
    stub.claims |= {"groups": ["qa"]}
    come_back(here, stub)
    assert here.get("/admin/users").status_code == 403
    assert not inside(there)
    stub.claims |= {"groups": ["canteen"]}
    refused(app.test_client(), stub)
    assert not inside(here)
    assert actions(db).count("user-changed") == 2


def test_a_switched_off_account_stays_out(app: Flask, stub: Stub, db: Database) -> None:
    come_back(app.test_client(), stub)
    with db.writing() as session:
        session.query(User).filter_by(username="sun").one().active = False
    assert "账号已停用" in refused(app.test_client(), stub)
    assert not the_user(db, "sun").active


def test_the_same_name_at_the_provider_is_not_the_same_person(app: Flask, stub: Stub, db: Database) -> None:
    come_back(app.test_client(), stub)
    stub.claims |= {"sub": "u-2", "email": "sun@example.com"}
    assert "已经有一个叫“sun”的账号" in refused(app.test_client(), stub)
    stub.claims |= {"sub": "u-1", "preferred_username": "renamed", "name": "孙"}
    browser = app.test_client()
    come_back(browser, stub)  # and the same person under another name is
    assert inside(browser)
    assert the_user(db, "sun").name == "小孙"


def test_an_account_is_never_taken_by_a_name_or_an_email_that_nobody_vouches_for(
    app: Flask, stub: Stub, db: Database, people: dict[str, Any]
) -> None:
    with db.writing() as session:
        session.get_one(User, people["qa"].id).email = "chen@example.com"
    for stolen in ("chen", "CHEN", "ｃｈｅｎ", "admin"):
        stub.claims |= {
            "sub": f"thief-{stolen}", "preferred_username": stolen, "email": "chen@example.com", "email_verified": True,
        }  # fmt: skip
        assert "已经有一个叫" in refused(app.test_client(), stub)


def test_a_name_that_can_be_none_here_gets_another(client: FlaskClient, stub: Stub, db: Database) -> None:
    stub.claims |= {"preferred_username": "сhen", "name": ""}  # Cyrillic
    come_back(client, stub)
    with db.reading() as session:
        made = session.scalars(select(User).order_by(User.id.desc())).first()
        assert made is not None and made.username.startswith("sso-") and made.name == "сhen"


@by_claims
def test_a_claim_named_in_the_settings_links_the_account_of_that_name(
    app: Flask, stub: Stub, db: Database, login: Login, people: dict[str, Any]
) -> None:
    stub.claims |= {"preferred_username": "chen"}
    before, browser = login("qa"), app.test_client()
    come_back(browser, stub)
    assert page(browser.get("/company-account")).one("dl").text.startswith("公司账号小孙")
    assert not inside(before)  # whoever had the password is out
    tried = app.test_client().post("/login", data={"username": "chen", "password": PASSWORD})
    assert "请用公司账号登录" in page(tried, 422).text
    wrong = app.test_client().post("/login", data={"username": "chen", "password": "wrong"})
    assert "用户名或密码不对" in page(wrong, 422).text  # who does not know it learns nothing
    stub.claims |= {"sub": "u-2"}
    assert "已经关联另一个人" in refused(app.test_client(), stub)


@by_claims
def test_a_link_of_an_issuer_of_earlier_gives_way(
    app: Flask, stub: Stub, db: Database, login: Login, people: dict[str, Any]
) -> None:
    with db.writing() as session:
        session.add(Identity(issuer="https://old.example", subject="u-1", user_id=people["qa"].id))
    sent = app.test_client().post("/login", data={"username": "chen", "password": PASSWORD})
    assert sent.location == "/"  # it closes nothing any more
    stub.claims |= {"preferred_username": "chen"}
    browser = app.test_client()
    come_back(browser, stub)
    assert inside(browser)
    assert stub.issuer in page(login("admin").get(f"/admin/users/{people['qa'].id}")).text
    with db.reading() as session:
        assert dict(session.execute(select(Identity.issuer, Identity.user_id)).all()) == {  # type: ignore[arg-type]
            "https://old.example": None, stub.issuer: people["qa"].id,
        }  # fmt: skip


@by_claims
def test_an_admins_account_is_never_linked_by_a_claim(app: Flask, stub: Stub, db: Database) -> None:
    stub.claims |= {"preferred_username": "admin", "groups": ["heads"]}
    assert "管理员账号" in refused(app.test_client(), stub)
    assert app.test_client().post("/login", data={"username": "admin", "password": PASSWORD}).status_code == 302


@by_claims
def test_a_technician_is_found_by_his_staff_number(
    app: Flask, stub: Stub, db: Database, people: dict[str, Any]
) -> None:
    stub.claims |= {"preferred_username": "w", "groups": ["techs"], "staff_no": "１００１"}
    browser = app.test_client()
    come_back(browser, stub)
    assert inside(browser)
    assert the_user(db, "wang").technician_id == people["wang"].id
    stub.claims |= {"sub": "u-9", "staff_no": 9999}
    assert "没有工号“9999”" in refused(app.test_client(), stub)
    del stub.claims["staff_no"]
    assert "没有带上工号" in refused(app.test_client(), stub)
    stub.claims |= {"preferred_username": "chen", "staff_no": "1002"}
    assert "两个不同的账号" in refused(app.test_client(), stub)


@by_claims
def test_a_persons_data_have_the_link_and_erasing_them_takes_it(
    app: Flask, stub: Stub, db: Database, login: Login
) -> None:
    stub.claims |= {"preferred_username": "w", "groups": ["techs"], "staff_no": "1001"}
    come_back(app.test_client(), stub)
    asked = {"by": "technician", "value": "1001", "again": "1001"}
    given = login("admin").post("/privacy/person/export", data=asked, buffered=True)
    with zipfile.ZipFile(io.BytesIO(given.get_data())) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".json")]
    assert any('"company_login"' in text and '"u-1"' in text for text in texts)
    login("admin").post("/privacy/person/erase", data=asked)
    with db.reading() as session:
        assert session.scalars(select(Identity)).all() == []


@pytest.mark.parametrize("oidc", [CLAIMS])
def test_a_technicians_account_is_made_for_his_row_and_not_for_one_who_has_left(
    app: Flask, stub: Stub, db: Database
) -> None:
    with db.writing() as session:
        session.add_all(
            [Technician(staff_no="1003", name="赵师傅"), Technician(staff_no="1004", name="钱", active=False)]
        )
    stub.claims |= {"preferred_username": "zhao", "groups": ["techs"], "staff_no": "1003"}
    browser = app.test_client()
    come_back(browser, stub)
    assert inside(browser)
    assert the_user(db, "zhao").role is UserRole.TECHNICIAN
    stub.claims |= {"sub": "u-4", "preferred_username": "qian", "staff_no": "1004"}
    assert "没有工号“1004”" in refused(app.test_client(), stub)


@pytest.mark.parametrize("oidc", [{"oidc_teams": "east=东区; heads-of-all=*; gone=南区"}])
def test_a_managers_team_comes_from_the_groups(app: Flask, stub: Stub, db: Database, people: dict[str, Any]) -> None:
    def team() -> int | None:
        return the_user(db, "sun").team_id

    stub.claims |= {"groups": ["managers", "east"]}
    come_back(app.test_client(), stub)
    assert team() == people["east"].id
    stub.claims |= {"groups": ["managers"]}
    assert "没有对应的班组" in refused(app.test_client(), stub)
    stub.claims |= {"groups": ["managers", "gone"]}
    assert "班组“南区”不存在" in refused(app.test_client(), stub)
    assert team() == people["east"].id
    stub.claims |= {"groups": ["managers", "heads-of-all"]}
    come_back(app.test_client(), stub)
    assert team() is None


def test_without_such_a_setting_the_team_is_the_accounts(app: Flask, stub: Stub, db: Database) -> None:
    stub.claims |= {"groups": ["managers"]}
    come_back(app.test_client(), stub)
    with db.writing() as session:
        east = session.scalars(select(Team).where(Team.name == "东区")).one()
        session.query(User).filter_by(username="sun").one().team_id = east.id
    come_back(app.test_client(), stub)
    assert the_user(db, "sun").team_id == east.id


@by_admin
def test_an_admin_links_who_waits_and_takes_it_back(
    app: Flask, stub: Stub, db: Database, login: Login, people: dict[str, Any]
) -> None:
    stub.claims |= {"preferred_username": "chen.w"}
    assert "还没有与您的公司账号对应" in refused(app.test_client(), stub)
    chen, admin = people["qa"].id, login("admin")
    form = page(admin.get(f"/admin/users/{chen}")).one("select", name="identity")
    options = {o.text.rsplit(" ", 2)[0]: o.get("value") for o in form.all("option")}
    number = options["小孙，chen.w"]
    assert admin.post(f"/admin/users/{chen}/company", data={"identity": number}).status_code == 302
    browser = app.test_client()
    come_back(browser, stub)
    assert page(browser.get("/company-account")).one("dd", class_="tabular")
    assert "小孙，chen.w" in page(admin.get(f"/admin/users/{chen}")).text
    assert "公司账号" in page(admin.get("/admin/users")).one("table").text
    # a second account is not to be had with the same person, nor a second person for the account
    admin.post(f"/admin/users/{people['qa2'].id}/company", data={"identity": number})
    with db.reading() as session:
        assert session.scalars(select(Identity.user_id)).all() == [chen]
    admin.post(f"/admin/users/{chen}/company/remove")
    assert not inside(browser)
    assert "还没有与您的公司账号对应" in refused(app.test_client(), stub)
    assert app.test_client().post("/login", data={"username": "chen", "password": PASSWORD}).location == "/"
    assert [a for a in actions(db) if "linked" in a] == ["company-linked", "company-unlinked"]


@by_claims
def test_one_goes_back_to_his_own_password_where_he_knows_it(
    app: Flask, stub: Stub, db: Database, people: dict[str, Any]
) -> None:
    stub.claims |= {"preferred_username": "chen"}
    browser = app.test_client()
    come_back(browser, stub)
    assert "当前密码不对" in page(browser.post("/company-account/unlink", data={"password": "x"}), 422).text
    assert browser.post("/company-account/unlink", data={"password": PASSWORD}).location == "/login"
    assert app.test_client().post("/login", data={"username": "chen", "password": PASSWORD}).location == "/"


def test_an_account_that_the_login_made_cannot_lose_it_by_its_owner(
    client: FlaskClient, stub: Stub, db: Database
) -> None:
    come_back(client, stub)
    assert "自动建的" in page(client.get("/company-account")).text
    client.post("/company-account/unlink", data={"password": ""})
    assert inside(client)
    assert client.get("/password").location == "/company-account"
    assert client.post("/password", data={}).location == "/company-account"


def _switch_on(db: Database, app: Flask, username: str) -> str:
    with db.writing() as session:
        user = session.query(User).filter_by(username=username).one()
        user.second_factor_salt = second.salted()
        return second.secret(app.extensions[KEY].seal, user.id, user.second_factor_salt)


@pytest.mark.parametrize("oidc", [{"require_second_factor": "everybody"}])
def test_the_second_factor_is_the_companys_affair(app: Flask, stub: Stub, db: Database) -> None:
    browser = app.test_client()
    come_back(browser, stub)
    assert browser.get("/recordings/").status_code == 200  # not sent to set one up
    _switch_on(db, app, "sun")
    again = app.test_client()
    assert come_back(again, stub).location == "/"


@pytest.mark.parametrize("oidc", [{"require_second_factor": "everybody", "oidc_second_factor": True}])
def test_or_the_sites_where_it_says_so_and_a_fresh_login_stands_for_the_password(
    app: Flask, stub: Stub, db: Database
) -> None:
    browser = app.test_client()
    come_back(browser, stub)
    assert browser.get("/recordings/").location == "/second-factor"
    assert page(browser.get("/second-factor")).all("input", name="password") == []
    secret = page(browser.post("/second-factor/begin")).one("span", data_secret="").text.replace(" ", "")
    assert "恢复码" in page(browser.post("/second-factor/confirm", data={"code": pyotp.TOTP(secret).now()})).text
    assert browser.get("/recordings/").status_code == 200
    with browser.session_transaction() as kept:
        assert kept["company"] is True
        kept["began"] -= 601
    again = app.test_client()
    assert come_back(again, stub, "/queue").location == "/login/code"
    assert not inside(again)
    with db.writing() as session:
        session.query(User).filter_by(username="sun").one().second_factor_step = 0
    assert again.post("/login/code", data={"code": pyotp.TOTP(secret).now()}).location == "/queue"
    with again.session_transaction() as kept:
        assert kept["company"] is True


def test_a_session_of_long_ago_does_not_set_up_a_second_factor(client: FlaskClient, stub: Stub) -> None:
    come_back(client, stub)
    with client.session_transaction() as kept:
        kept["began"] -= 601
    assert "请先退出，用公司账号重新登录" in page(client.post("/second-factor/begin"), 422).text


@pytest.mark.parametrize(
    ("value", "groups"),
    [
        (["a", "b"], {"a", "b"}),
        ("a", {"a"}),
        ([{"name": "a", "displayName": "A"}, {"id": 1}], {"a"}),
        (["a", 1, None, ["b"]], {"a"}),
        (None, set()),
        ({"a": 1}, set()),
        (7, set()),
    ],
)
def test_groups_are_read_as_providers_write_them(value: object, groups: set[str]) -> None:
    assert groups_of(value) == groups


def test_a_claim_is_found_by_its_name_or_inwards() -> None:
    claims = {"realm_access": {"roles": ["qa"]}, "https://x.example/groups": ["a"], "a.b": 1, "a": {"b": 2}, "c": "x"}
    assert claim(claims, "realm_access.roles") == ["qa"]
    assert claim(claims, "https://x.example/groups") == ["a"]
    assert claim(claims, "a.b") == 1
    assert claim(claims, "c.d") is None
    assert claim(claims, "realm_access.groups") is None


def test_the_first_group_of_the_setting_that_fits_wins(web_settings: Any) -> None:
    read = rules(web_settings)
    assert read is not None
    said = {"sub": "x", "groups": ["qa", "techs", "managers"], "name": "a\u202eb\n c", "preferred_username": ["x"]}
    who = person(said, read)
    assert (who.role, who.name, who.username, who.known_as, who.team) == (UserRole.MANAGER, "ab c", "", "", None)


@pytest.mark.parametrize("oidc", [{"oidc_groups_claim": "realm_access.roles"}])
def test_groups_that_only_userinfo_tells_are_asked_for_there(app: Flask, stub: Stub) -> None:
    del stub.claims["groups"]
    stub.userinfo = {"sub": "u-1", "realm_access": {"roles": ["qa"]}}
    browser = app.test_client()
    come_back(browser, stub)
    assert inside(browser)
    stub.userinfo = {"sub": "u-2", "realm_access": {"roles": ["heads"]}}  # of somebody else
    assert "没有通过核验" in refused(app.test_client(), stub)
