"""Language of the pages: Simplified Chinese is the source; the other languages' catalogues stand in web/translations.

Whoever has chosen reads his language, logged in or not; who has not, the site's (`TINGJIAN_WEB_LANGUAGE`). A program is
answered in the language of its request (Accept-Language), where it names one. What is written
down for everybody (the audit log, drafts, notes of the program) is Simplified Chinese whoever is at work: `in_source()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, cast

import flask_babel
from flask import Flask, has_request_context, request
from flask_babel import Babel, Domain
from flask_login import current_user
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept

from web.kit.catalogues import SOURCE, catalogue, counted, script_texts
from web.kit.cookies import cookie_name
from web.kit.programs import of_api
from web.kit.site import site, site_of

# language: how it calls itself
LANGUAGES = {"zh_Hans_CN": "简体中文", "zh_Hant": "繁體中文", "en": "English"}
TAGS = {"zh_Hans_CN": "zh-CN", "zh_Hant": "zh-Hant", "en": "en"}  # for <html lang>
DEFAULT = SOURCE
COOKIE, PREFERENCE = "tingjian-language", "language"
_BROWSERS = {"zh-Hans": DEFAULT, "zh-CN": DEFAULT, "zh-SG": DEFAULT, "zh-Hant": "zh_Hant", "zh-TW": "zh_Hant",
             "zh-HK": "zh_Hant", "zh-MO": "zh_Hant", "zh-Hant-TW": "zh_Hant", "zh-Hant-HK": "zh_Hant",
             "zh": DEFAULT, "en": "en"}  # fmt: skip


def gettext(text: str, /, **values: object) -> str:
    """Return the text in the request's language; import it as `_`, which is what catalogues are made from."""
    return str(flask_babel.gettext(text, **values))


def language() -> str:
    """Return the language in which the request is answered, one of LANGUAGES."""
    return str(flask_babel.get_locale() or DEFAULT)


def speaking(preferences: Mapping[str, Any] | None) -> AbstractContextManager[None]:
    """Say what follows in the language of somebody's preferences: a mail, for example."""
    wanted = (preferences or {}).get(PREFERENCE)
    return cast(
        AbstractContextManager[None], flask_babel.force_locale(wanted if wanted in LANGUAGES else _of_the_site())
    )


def in_source() -> AbstractContextManager[None]:
    """Say what follows in the source language: it is written down for everybody."""
    return cast(AbstractContextManager[None], flask_babel.force_locale(DEFAULT))


def _chosen() -> str:
    if not has_request_context():  # a command: nobody has chosen
        return DEFAULT
    if of_api() and (asked := _asked_for()) is not None:
        return asked
    for wanted in (
        getattr(current_user, "preferences", {}).get(PREFERENCE) if current_user else None,
        request.cookies.get(cookie_name(COOKIE)),
    ):
        if wanted in LANGUAGES:
            return str(wanted)
    return _of_the_site()


def _of_the_site() -> str:
    wanted = site().web.language
    if wanted != "auto":
        return wanted
    return (_asked_for() if has_request_context() else None) or DEFAULT


def _asked_for() -> str | None:
    """The language of the request's Accept-Language; None where it names none of ours (`*` names none)."""
    named = LanguageAccept([(tag, weight) for tag, weight in request.accept_languages if tag != "*"])
    return _BROWSERS.get(named.best_match(_BROWSERS) or "")


class _Catalogues(Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """Flask-Babel's texts, out of web.kit.catalogues."""

    def get_translations(self) -> Any:
        return catalogue(language())

    def gettext(self, string: str, /, **variables: object) -> str:
        said = str(self.get_translations().ugettext(string))
        return counted(said, variables) % variables if variables else said


class _Languages(Babel):  # type: ignore[misc]
    domain_instance = _Catalogues()


@pass_context
def _in_template(context: Context, text: str, /, **values: object) -> str:
    """`_` of templates, as Jinja's: what is filled in is escaped, the text itself is not."""
    said = counted(str(catalogue(language()).ugettext(text)), values)
    return (Markup(said) if context.eval_ctx.autoescape else said) % values  # noqa: S704  # our own catalogue


def init(app: Flask) -> None:
    """Give the application its languages and the site's time zone."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", site_of(app).web.timezone)
    _Languages(app, locale_selector=_chosen)
    app.jinja_env.globals.update(gettext=_in_template, languages=LANGUAGES, language=language, language_tags=TAGS)
    app.jinja_env.globals["script_texts"] = lambda: script_texts(language())
