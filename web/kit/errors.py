"""Error pages in words that help; for htmx and the API the same as a fragment or JSON.

A database that is busy, away or out of space is no fault of the request: it is answered with 503 (507) and Retry-After,
on a page that asks the database for nothing.
"""

from __future__ import annotations

import logging

from flask import Flask, Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from werkzeug.exceptions import BadRequest, Conflict, HTTPException, InternalServerError, NotFound

from web.config import AnalyzerError
from web.db import UnstorableError
from web.db.troubles import Trouble, trouble_of
from web.kit import problems, programs
from web.kit.i18n import gettext as _
from web.kit.kept import KeptForm, kept_form, login_expired
from web.kit.login import look_nobody_up
from web.kit.marks import mark
from web.kit.refusals import GoneError, HeldError, SignedError, StaleError
from web.kit.site import forget_reads
from web.kit.told import told
from web.kit.tracing import request_id

log = logging.getLogger(__name__)
RETRY_AFTER_S = 10


def explain(code: int) -> tuple[str, str]:
    """Return title and advice for a status code."""
    known = {
        400: (_("请求有误"), _("请返回上一页重试。")),
        401: (_("登录已过期"), _("请重新登录；刚才填写的内容还在原来的页面上。")),
        403: (_("没有权限"), _("这个页面不对您开放。如有需要，请联系管理员。")),
        404: (_("找不到这个页面"), _("它可能已被删除，或者不对您开放。")),
        405: (_("请求有误"), _("请返回上一页重试。")),
        409: (_("内容已被别人修改"), _("请刷新页面，看过最新内容后再保存。")),
        413: (_("内容太大"), _("请减小文件，或分几次提交。")),
        415: (_("格式不对"), _("请按接口说明换一种内容格式。")),
        422: (_("填写有误"), _("请按提示改正后再提交。")),
        429: (_("操作太频繁"), _("请稍候再试。")),
        503: (_("系统正忙"), _("这一步还没有保存。请过十几秒再试；如果一直这样，请联系管理员。")),
        507: (_("磁盘空间不足"), _("请联系管理员清理磁盘后再试。")),
    }
    return known.get(code, (_("出错了"), _("错误已记录。请稍后重试；如果一直这样，请联系管理员。")))


def _answer(error: Exception) -> ResponseReturnValue:
    if isinstance(error, HTTPException):
        code = error.code or 500
        if code < 400:
            return error.get_response()
    else:
        raise error
    if isinstance(error, CSRFError) and login_expired():
        code = 401  # the session ended, and its token with it
    title, advice = explain(code)
    if (code == 401 or isinstance(error, CSRFError)) and (kept := kept_form()) is not None:
        return _kept(code, kept)
    if isinstance(error, CSRFError) and code != 401:
        title, advice = _("页面已过期"), _("请刷新页面后再提交。")
        g.refused_token = True  # for the audit log (refused.py)
    elif isinstance(error.description, str) and getattr(error, "for_users", False):
        advice = error.description
    if programs.of_api():
        return problems.of_error(error, code, title, advice)
    answer = _told(code, title, advice, "errors/page.html")
    if isinstance(error, CSRFError):
        answer.headers["Tingjian-Token"] = "expired"  # scripts renew it (session.js)
    return answer


def _kept(code: int, kept: KeptForm) -> ResponseReturnValue:
    """The form again: to be sent once somebody has logged in (401), or with the token of his new session (400)."""
    return make_response(render_template("errors/kept.html", code=code, kept=kept), code)


def _troubled(error: SQLAlchemyError) -> ResponseReturnValue:
    trouble = trouble_of(error)
    if trouble is None:
        raise error
    log.warning("the database is %s: %s", trouble.value, getattr(error, "orig", error))
    forget_reads()
    look_nobody_up()
    code = 507 if trouble is Trouble.FULL else 503
    title, advice = explain(code)
    if trouble is Trouble.AWAY:
        title = _("数据库暂时连不上")
    return _not_now(code, title, advice)


def store_away(error: OSError) -> ResponseReturnValue:
    """Answer for a store of audio beyond this machine that cannot be asked just now."""
    log.warning("the store is away: %s", error)
    return _not_now(503, _("录音暂时取不到"), _("存放录音的地方没有应答。请过一会儿再试；如果一直这样，请联系管理员。"))


def _not_now(code: int, title: str, advice: str) -> Response:
    answer = _told(code, title, advice, "errors/unavailable.html")
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _told(code: int, title: str, advice: str, template: str) -> Response:
    if programs.of_api():
        return problems.problem(code, title, advice)
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        return make_response({"error": title, "advice": advice, "request": request_id()}, code)
    if "HX-Request" in request.headers:
        template = "errors/fragment.html"
    again_s = RETRY_AFTER_S if request.method == "GET" else 0
    return make_response(render_template(template, code=code, title=title, advice=advice, again_s=again_s), code)


def _outrun(error: IntegrityError) -> ResponseReturnValue:
    """Somebody was first, with the same key or by taking away what this stands on."""
    log.warning("a row could not be written: %s", error.orig)
    forget_reads()
    return _answer(worded(Conflict(_("刚才有人做了同样的事，或改动了它所依据的内容。请刷新页面查看结果。"))))


def _unstorable(error: Exception) -> ResponseReturnValue:
    log.warning("a value cannot be stored: %s", error)
    forget_reads()
    return _answer(worded(BadRequest(_("内容里有不能保存的字符，或者太长、太大。请改正后再提交。"))))


def signed_words() -> str:
    return _("这段录音已签核，不能再改。如需修改，请先撤回签核。")


def _unreadable(error: AnalyzerError) -> str:
    """A stored document or a standard that cannot be read: the page says which and what helps, not that it broke."""
    return mark("；").join(
        part for part in (told(error.message), told(error.advice) or _("请重新判分，或联系管理员。")) if part
    )


def held_words() -> str:
    return _("这段录音在法律保留中，不能删除。要删除，请管理员先在“个人信息”页解除保留。")


def stale_words() -> str:
    return _("刚才有人改过这段录音，您的这次修改没有保存。请刷新页面，看过最新内容后再改。")


def worded(error: HTTPException) -> HTTPException:
    """Mark the description as words for users: the error page shows it in place of its own advice."""
    error.for_users = True  # type: ignore[attr-defined]
    return error


def init(app: Flask) -> None:
    """Give the application its error pages."""
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(InternalServerError, _answer)
    app.register_error_handler(SQLAlchemyError, _troubled)
    app.register_error_handler(IntegrityError, _outrun)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(UnstorableError, _unstorable)
    app.register_error_handler(GoneError, lambda _error: _answer(NotFound()))
    app.register_error_handler(HeldError, lambda _error: _answer(worded(Conflict(held_words()))))
    app.register_error_handler(SignedError, lambda _error: _answer(worded(Conflict(signed_words()))))
    app.register_error_handler(AnalyzerError, lambda error: _answer(worded(Conflict(_unreadable(error)))))
    app.register_error_handler(StaleError, lambda _error: _answer(worded(Conflict(stale_words()))))
