"""`/standards/try`: what is typed comes out as verdicts with their places, for whom it is meant."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, render_template_string

from tests.web.conftest import Login
from tests.web.html import Node, page
from tests.web.search.talk import C, T, told
from web.db import Database
from web.kit.access import TABLE
from web.kit.site import Site
from web.lexicon import trial
from web.lexicon.dialogue import MOST_CHARACTERS
from web.lexicon.drafts import open_draft, save, text_in

FORM = {"standard": "property-visit"}
HTMX = {"HX-Request": "true"}
TALK = "师傅：你好，我是物业的维修师傅\n客户：这个谁管\n师傅：这个不归我们管"
PHONE = "13800138000"


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


def test_the_alignment_is_drawn_for_the_eye_and_told_for_the_ear(login: Login, warm: None) -> None:
    result = asked(login, "给您天麻烦了，再见")
    figure = clause(result, "给您添麻烦了").all("figure")[0]
    assert figure.one("ol").get("aria-hidden") == "true"
    sound = figure.one("li", class_="sound")
    assert [part.text for part in sound.all("span")] == ["tiān", "添", "≈", "天", "tiān", "0.03"]
    assert "“添tiān”写成同音的“天tiān”，代价 0.03" in figure.one("figcaption").text


def test_the_page_is_whole_without_scripts(login: Login, warm: None) -> None:
    answer = page(login("manager").post("/standards/try", data={**FORM, "text": TALK}))
    assert answer.one("textarea", id="trial-text").text == " ".join(TALK.split())
    assert "达标" in answer.one("section", id="trial-result").text


def test_a_technician_may_not_try(login: Login) -> None:
    assert login("technician").get("/standards/try").status_code == 403
    assert login("technician").post("/standards/try", data=FORM).status_code == 403


def test_opening_a_box_begins_to_load_what_a_trial_needs(login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []
    monkeypatch.setattr(trial, "warm", lambda folder, _settings: begun.append(folder))
    assert login("qa").get("/standards/try/ready").get_data() == b""
    assert len(begun) == 1


def test_a_ticked_fact_makes_a_clause_apply(login: Login, warm: None) -> None:
    text = "您好，我是物业的，来修水龙头"
    assert "不适用" in asked(login, text, item="late-apology").text
    assert "未达标" in asked(login, text, item="late-apology", fact="late").text


def test_the_facts_to_tick_are_those_of_the_chosen_standard(login: Login) -> None:
    form = page(login("qa").get("/standards/try?standard=property-visit")).one("fieldset", id="trial-facts")
    assert {box.get("value") for box in form.all("input")} == {"late", "covered", "charged", "moved"}


def test_the_box_beside_a_clause_asks_for_that_clause_alone(
    app: Flask, login: Login, warm: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    @app.get("/boxed")
    def boxed() -> str:
        return render_template_string(
            "{% from 'standards/trying/box.html' import box with context %}{{ box('property-visit', 'late-apology') }}"
        )

    monkeypatch.setitem(TABLE, "boxed", TABLE["home.index"])
    form = page(login("qa").get("/boxed")).one("form")
    assert page(login("technician").get("/boxed")).all("form") == []
    fields = {node.get("name"): node.get("value") for node in form.all("input", type="hidden")}
    assert fields["item"] == "late-apology"
    assert [node.get("value") for node in form.all("input", type="checkbox")] == ["late"]
    result = asked(login, "对不起，让您久等了", item="late-apology", fact="late")
    assert len(result.all("article")) == 1
    assert "达标" in result.text


def drafted(here: Site, by: Any, old: str, new: str) -> int:
    with here.db.writing() as session:
        draft = open_draft(session, here, "property-visit", by.id)
        text = text_in(session, here, draft, "property-visit.yaml")
        assert text is not None
        assert old in text
        save(session, here, draft.id, draft.revision, {"property-visit.yaml": text.replace(old, new, 1)}, by.id, "改")
        return draft.id


def test_a_draft_stands_beside_what_is_in_effect(here: Site, login: Login, people: dict[str, Any], warm: None) -> None:
    number = drafted(here, people["qa"], "phrases: [<identity>]", "phrases: [<identity>, 给您修水来了]")
    result = asked(login, "您好，给您修水来了", draft=str(number))
    greeting = clause(result, "我是服务中心的维修人员")
    assert "两边不同" in greeting.text
    draft, in_effect = greeting.all("section")
    assert (draft.get("aria-label"), in_effect.get("aria-label")) == ("草稿", "现行标准")
    assert "达标" in draft.text
    assert "未达标" not in draft.text
    assert "部分达标" in in_effect.text
    assert (
        "草稿"
        in page(login("qa").get(f"/standards/try?draft={number}")).one("input", name="draft").get("value") + "草稿"
    )


def test_a_draft_with_a_mistake_says_which_and_where(
    here: Site, login: Login, people: dict[str, Any], warm: None
) -> None:
    number = drafted(here, people["qa"], "    when: late\n", "    when: lateness\n")
    told = asked(login, "您好", draft=str(number)).text
    assert "读不进来" in told
    assert "property-visit.yaml 第" in told
    assert "没有这份草稿" in asked(login, "您好", draft="999").text


def test_a_recording_is_tried_and_private_words_are_covered_for_who_may_not_read_them(
    db: Database, login: Login, people: dict[str, Any], warm: None
) -> None:
    lines = (
        (T, f"您好，我是{PHONE}的维修师傅"),
        (C, f"我电话{PHONE}，这个谁管"),
        (T, f"您打{PHONE}，不归我们管"),
        (T, "好的"),
    )
    with db.writing() as session:
        number = told(session, people["wang"], "上门.m4a", *lines)
    for who, hidden in (("qa", False), ("manager", True)):
        assert f'value="{number}"' in login(who).get("/standards/try?standard=property-visit").text
        result = asked(login, "", who, recording=str(number))
        assert "达标" in clause(result, "我是服务中心的维修人员").text
        assert (PHONE in result.text) is not hidden
        assert ("敏感内容已遮住" in result.text) is hidden
    with db.writing() as session:
        other = told(session, people["li"], "别家.m4a", *lines)
    assert f"没有 {other} 号录音" in asked(login, "", "manager_east", recording=str(other)).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<script>alert(1)</script>您好，我是物业的", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("您\0好，我是物业的", "您好"),
        (
            "您好"
            + b"\xed\xa0\x80".decode("utf-8", "surrogatepass").encode("utf-8", "replace").decode()
            + "我是物业的",
            "您好",
        ),
        ("您好我是物业的" * 1_428, "您好我是物业的"),
        ("技师：您好，我是物业的\n" * 500, "这 500 句是这样读的"),
        ("技师：您好\n" * 501, "最多试 500 句"),
        ("好" * (MOST_CHARACTERS + 1), "最多试 20,000 字"),
        ("", "打一句话"),
        ("，。！？", "没有碰到"),
        ("🙂🙂🙂🙂", "没有碰到"),
    ],
    ids=["html", "nul", "surrogate", "long line", "500 turns", "501 turns", "too long", "nothing", "marks", "emoji"],
)
def test_whatever_is_pasted_is_answered_in_words(login: Login, warm: None, text: str, said: str) -> None:
    answer = login("qa").post("/standards/try", data={**FORM, "text": text}, headers=HTMX)
    page(answer)
    assert said in answer.text
    assert "<script" not in answer.text


def test_five_megabytes_are_refused_in_words(login: Login) -> None:
    answer = login("qa").post("/standards/try", data={**FORM, "text": "好" * 1_700_000}, headers=HTMX)
    assert "一次最多试 20,000 字，现在有 1,700,000 字" in page(answer).text


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ({"standard": "../x"}, "没有这份标准"),
        ({"item": "gone"}, "没有这一条"),
        ({"recording": "999"}, "没有 999 号录音"),
    ],
)
def test_what_does_not_exist_is_told(login: Login, warm: None, field: dict[str, str], said: str) -> None:
    assert said in asked(login, "您好", **field).text


def test_until_the_words_are_loaded_the_answer_asks_again_by_itself(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_yet(*_: object, **__: object) -> None:
        raise trial.WarmingError

    monkeypatch.setattr(trial, "tried", not_yet)
    result = asked(login, "您好", fact="late")
    again = result.one("form")
    assert again.get("hx-trigger") == "load delay:1500ms"
    sent = {node.get("name"): node.get("value") for node in again.all("input")}
    assert sent == {"text": "您好", "standard": "property-visit", "item": "", "fact": "late", "anywhere": "1"}
