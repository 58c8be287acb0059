"""Error pages in words that help; for htmx and the API the same as a fragment or JSON."""

from __future__ import annotations

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Conflict, HTTPException, InternalServerError, NotFound

from web.kit.i18n import gettext as _
from web.kit.refusals import GoneError, SignedError, StaleError


def explain(code: int) -> tuple[str, str]:
    """Return title and advice for a status code."""
    known = {
        400: (_("请求有误"), _("请返回上一页重试。")),
        401: (_("登录已失效"), _("请重新登录；刚才填写的内容还在页面上。")),
        403: (_("没有权限"), _("这个页面不对您开放。如有需要，请联系管理员。")),
        404: (_("找不到这个页面"), _("它可能已被删除，或者不对您开放。")),
        405: (_("请求有误"), _("请返回上一页重试。")),
        409: (_("内容已被别人修改"), _("请刷新页面，看过最新内容后再保存。")),
        413: (_("内容太大"), _("请减小文件，或分几次提交。")),
        422: (_("填写有误"), _("请按提示改正后再提交。")),
        429: (_("操作太频繁"), _("请稍候再试。")),
        507: (_("磁盘空间不足"), _("请联系管理员清理磁盘后再上传。")),
    }
    return known.get(code, (_("出错了"), _("错误已记录。请稍后重试；如果一直这样，请联系管理员。")))


def _answer(error: Exception) -> ResponseReturnValue:
    if isinstance(error, HTTPException):
        code = error.code or 500
        if code < 400:
            return error.get_response()
    else:
        raise error
    title, advice = explain(code)
    if isinstance(error, CSRFError):
        title, advice = _("页面已过期"), _("请刷新页面后再提交。")
    elif isinstance(error.description, str) and getattr(error, "for_users", False):
        advice = error.description
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        return {"error": title, "advice": advice}, code
    template = "errors/fragment.html" if "HX-Request" in request.headers else "errors/page.html"
    return render_template(template, code=code, title=title, advice=advice), code


def signed_words() -> str:
    return _("这段录音已签核，不能再改。如需修改，请先撤回签核。")


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
    app.register_error_handler(GoneError, lambda _error: _answer(NotFound()))
    app.register_error_handler(SignedError, lambda _error: _answer(worded(Conflict(signed_words()))))
    app.register_error_handler(StaleError, lambda _error: _answer(worded(Conflict(stale_words()))))
