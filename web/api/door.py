"""Before every view of the API: who asks, whether he comes too often, what his token allows, what he brings."""

from __future__ import annotations

from flask import Flask, Response, g, request
from sqlalchemy import select

from web.api import pace, tokens
from web.api.blueprint import blueprint
from web.api.scopes import NEEDS
from web.kit.access import PUBLIC, TABLE, must_use_second_factor
from web.kit.i18n import TAGS, language
from web.kit.i18n import gettext as _
from web.kit.login import Viewer, manager
from web.kit.problems import ProblemError
from web.kit.programs import of_api
from web.kit.site import reader, site
from web.models import Identity

JSON = ("application/json",)
BODIES = {
    "api.add_recording": ("multipart/form-data",),
    "api.append_slice": ("application/octet-stream",),
    "api.cancel_upload": (),
    "api.accept_answer": (),
}


def init(app: Flask) -> None:
    """Stand before the table of access, which then asks for the role of the token's owner."""
    app.before_request(_admit)
    app.after_request(_tell_pace)


def _admit() -> None:
    if not of_api():
        return
    g._login_user = manager.anonymous_user()  # a cookie never opens the API: so no other site's page can use it
    endpoint = request.endpoint or ""
    if TABLE.get(endpoint) == PUBLIC or not endpoint:
        return
    grant = tokens.grant_of(reader(), _bearer())
    if grant is None:
        raise _unknown(_("令牌不对，或已吊销、已过期。"), "invalid_token")
    here = site()
    g.api_pace = pace.step(here.folder / "pace", grant.id, here.web.api_per_minute)
    if g.api_pace.refused:
        raise ProblemError(429, "too-many-requests", _("这个令牌这一分钟的请求太多，请稍后再来。"))
    g.api_token, g._login_user = grant, grant.viewer
    if grant.viewer.must_change_password or _lacks_second_factor(grant.viewer):
        raise ProblemError(403, "account", _("令牌的主人要先在网站上修改初始密码，或开启两步验证。"))
    scope = NEEDS.get(endpoint, "")
    if scope and scope not in grant.scopes:
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        words = _("这个令牌没有需要的权限：%(scope)s。", scope=scope)
        raise ProblemError(403, "insufficient-scope", words, headers={"WWW-Authenticate": challenge}, scope=scope)
    tokens.note_use(here.db, grant)


def _lacks_second_factor(owner: Viewer) -> bool:
    """As `access.needs_second_factor`, of no session: the company's login of a linked account stands for its own."""
    if owner.second_factor or not must_use_second_factor(owner.role):
        return False
    if site().web.oidc_second_factor:
        return True
    return reader().scalar(select(Identity.user_id).where(Identity.user_id == owner.id).limit(1)) is None


def _bearer() -> str:
    """The secret of the request. Raises ProblemError where there is none."""
    kind, _sep, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise _unknown(_("请带上访问令牌：Authorization: Bearer tj_…"), "")
    return secret.strip()


def _unknown(words: str, error: str) -> ProblemError:
    challenge = 'Bearer realm="tingjian"' + (f', error="{error}"' if error else "")
    return ProblemError(401, error.replace("_", "-") or "no-token", words, headers={"WWW-Authenticate": challenge})


@blueprint.before_request
def _look_at_body() -> None:
    """Raises ProblemError for a body of a kind that the view does not read; only who may ask is told."""
    taken = BODIES.get(request.endpoint or "", JSON)
    if request.method in ("POST", "PUT") and taken and request.mimetype not in taken:
        words = _("这里要的是 %(kind)s。", kind=taken[0])
        raise ProblemError(415, "media-type", words, headers={"Accept": taken[0]})


def _tell_pace(response: Response) -> Response:
    if "api_pace" in g:
        response.headers.update(g.api_pace.headers)
    if of_api():
        response.vary.update(("Authorization", "Accept-Language"))
        response.headers["Content-Language"] = TAGS[language()]
    return response
