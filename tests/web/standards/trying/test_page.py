"""`/standards/try`: what is typed comes out as verdicts with their places, for whom it is meant."""

from __future__ import annotations

from flask import Flask, render_template_string

from tests.web.conftest import Login
from tests.web.html import Node, page

FORM = {"standard": "property-visit"}
HTMX = {"HX-Request": "true"}
TALK = "师傅：你好，我是物业的维修师傅\n客户：这个谁管\n师傅：这个不归我们管"


def asked(login: Login, text: str, who: str = "qa", **more: str) -> Node:
    return page(login(who).post("/standards/try", data={**FORM, "text": text, **more}, headers=HTMX))


def clause(result: Node, words: str) -> Node:
    return next(node for node in result.all("article", class_="trial-clause") if words in node.all("h3")[0].text)


def test_a_dialogue_comes_out_as_verdicts_with_the_places_that_they_rest_on(login: Login, warm: None) -> None:
    result = asked(login, TALK)
    greeting = clause(result, "我是服务中心的维修人员")
    assert "达标" in greeting.text
    assert "技师：“你好”" in greeting.text
    assert "每个字都相同" in greeting.all("figcaption")[0].text
    banned = clause(result, "我们不管")
    assert "说了" in banned.text
    assert "算违规" in banned.text


def test_the_page_is_whole_without_scripts(login: Login, warm: None) -> None:
    answer = page(login("manager").post("/standards/try", data={**FORM, "text": TALK}))
    assert answer.one("textarea", id="trial-text").text == " ".join(TALK.split())
    assert "达标" in answer.one("section", id="trial-result").text


def test_a_technician_may_not_try(login: Login) -> None:
    assert login("technician").get("/standards/try").status_code == 403
    assert login("technician").post("/standards/try", data=FORM).status_code == 403


def test_the_box_beside_a_clause_asks_for_that_clause_alone(app: Flask, login: Login, warm: None) -> None:
    @app.get("/boxed")
    def boxed() -> str:
        return render_template_string(
            "{% from 'standards/trying/box.html' import box with context %}{{ box('property-visit', 'late-apology') }}"
        )

    from web.kit.access import TABLE

    TABLE["boxed"] = TABLE["home.index"]
    try:
        form = page(login("qa").get("/boxed")).one("form")
        assert page(login("technician").get("/boxed")).all("form") == []
    finally:
        del TABLE["boxed"]
    fields = {node.get("name"): node.get("value") for node in form.all("input", type="hidden")}
    assert fields["item"] == "late-apology"
    assert [node.get("value") for node in form.all("input", type="checkbox")] == ["late"]
    result = asked(login, "对不起，让您久等了", item="late-apology", fact="late")
    assert len(result.all("article")) == 1
    assert "达标" in result.text
