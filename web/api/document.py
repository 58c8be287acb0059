"""The OpenAPI 3.1 document: from the views and their schemas, with what all of them share put in once."""

from __future__ import annotations

import re
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from flask_smorest import Api

from web.api import appeals, mine, people, recordings, results, sound, uploading
from web.api.blueprint import blueprint
from web.api.once import HEADER
from web.api.schemas.common import Problem
from web.api.scopes import NEEDS, SCOPES
from web.kit.access import PUBLIC, TABLE
from web.kit.problems import MIMETYPE

__all__ = ["appeals", "blueprint", "mine", "people", "recordings", "results", "sound", "uploading"]

VERSION = "1.0.0"
KEPT = "tingjian openapi"
_PART = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
ERRORS = {
    "400": "A cursor, key or body that cannot be read.",
    "401": "No token, or one that opens nothing (any more).",
    "403": "The token lacks the scope, or its owner the right.",
    "404": "Not there, or not for this token's owner.",
    "409": "Changed meanwhile, or being done.",
    "411": "The length of the body is missing.",
    "413": "Too large.",
    "415": "A body of another kind.",
    "422": "Fields that cannot be taken; `errors` names them.",
    "429": "Too many requests; `Retry-After` says when to come again.",
    "500": "A fault of the site; `request` finds it in its log.",
    "503": "The database is busy or away: again in some seconds.",
    "507": "The disk is full.",
}
ABOUT = """What programs may ask of Tingjian. Each request carries a token (`Authorization: Bearer tj_…`), made on the page
访问令牌; a token has scopes and may never more than its owner. Lists come in pages: send `next` back as `cursor`. Errors are
`application/problem+json` (RFC 9457). A POST with an `Idempotency-Key` is done once in 24 hours."""


class Document(Api):  # type: ignore[misc]  # flask-smorest has no types
    """The library's document without its error pages: errors are the site's own."""

    def _register_error_handlers(self) -> None:
        pass


def _name(schema: Any) -> str:
    return str(getattr(schema, "__name__", type(schema).__name__))


def whole(app: Flask) -> dict[str, Any]:
    """The document of the application, made once."""
    if KEPT not in app.extensions:
        app.extensions[KEPT] = _made(app)
    kept: dict[str, Any] = app.extensions[KEPT]
    return kept


def _made(app: Flask) -> dict[str, Any]:
    scopes = "\n".join(f"- `{scope}`" for scope in SCOPES)
    document = Document()
    document.init_app(
        app,
        spec_kwargs={
            "title": "Tingjian",
            "version": VERSION,
            "openapi_version": "3.1.0",
            "marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=lambda s: _name(s)),
            "info": {"description": f"{ABOUT}\n\nScopes:\n\n{scopes}"},
        },
    )
    spec = document.spec
    spec.components.schema("Problem", schema=Problem)
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    blueprint.register_views_in_doc(document, app, spec, name=blueprint.name, parameters=None)
    made: dict[str, Any] = spec.to_dict()
    made["security"] = [{"token": []}]
    names = _operations(app)
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            if isinstance(operation, dict) and "responses" in operation:
                _complete(operation, names[(path, method)])
    return made


def _operations(app: Flask) -> dict[tuple[str, str], str]:
    """The endpoint of each path and method, as the document writes them."""
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(f"{blueprint.name}."):
            path = _PART.sub(r"{\1}", rule.rule)
            for method in rule.methods or ():
                found[(path, method.lower())] = rule.endpoint
    return found


def _complete(operation: dict[str, Any], endpoint: str) -> None:
    """Its id, the scope that it asks for, the header of `once`, and the errors that every view may give."""
    operation["operationId"] = endpoint.split(".")[1]
    if TABLE[endpoint] == PUBLIC:
        operation["security"] = []
    elif scope := NEEDS[endpoint]:
        roles = ", ".join(sorted(TABLE[endpoint]))
        operation["description"] = f"Scope `{scope}`; roles: {roles}."
    if getattr(current_app.view_functions[endpoint], "_once", False):
        schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        operation.setdefault("parameters", []).append({"in": "header", "name": HEADER, "schema": schema})
    content = {MIMETYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses = operation["responses"]
    responses.pop("default", None)
    for status, words in ERRORS.items():
        responses[status] = {"description": words, "content": content}


@blueprint.get("/openapi.json", tags=["token"])
@blueprint.response(200, {"type": "object"})
def openapi() -> ResponseReturnValue:
    """Give this document."""
    return jsonify(whole(current_app._get_current_object()))  # type: ignore[attr-defined]
