"""A real provider on this machine: idpyoidc's OpenID Connect server, an implementation that shares no code with Authlib.

It authenticates, keeps sessions and codes, checks redirect addresses, client secrets and PKCE, and signs; what is ours is
the login form and the handing of HTTP requests to its endpoints.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, make_response, redirect, request
from flask.typing import ResponseReturnValue
from idpyoidc.message.oauth2 import ResponseMessage
from idpyoidc.message.oidc import AccessTokenRequest
from idpyoidc.server import Server
from idpyoidc.server.configure import OPConfiguration
from idpyoidc.server.oidc.token import Token
from idpyoidc.server.user_authn.user import UserAuthnMethod

from tests.web.oidc.stub import serving

CLIENT, SECRET = "tingjian", "a real secret of thirty-two characters"
PASSWORD = "公司的密码"
PEOPLE: dict[str, dict[str, Any]] = {
    "sun": {"name": "小孙", "preferred_username": "sun", "groups": ["staff", "qa"]},
    "zhou": {"name": "周经理", "preferred_username": "zhou.m", "groups": ["managers", "east"]},
    "cook": {"name": "厨师", "preferred_username": "cook", "groups": ["canteen"]},
}
FORM = """<!doctype html><title>公司登录</title><form method="post" action="/login"><input name="query" type="hidden"
value="{query}"><input name="username"><input name="password" type="password"><button>登录</button></form>"""
ACR = "urn:oasis:names:tc:SAML:2.0:ac:classes:InternetProtocolPassword"
KEYS = [{"type": "RSA", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}]


class LoginForm(UserAuthnMethod):  # type: ignore[misc]  # idpyoidc has no types
    """Name and password, on a page of the provider."""

    def __call__(self, **told: Any) -> str:
        return FORM.format(query=told["query"].replace("&", "&amp;"))


def configuration(issuer: str) -> dict[str, Any]:
    """A provider as a company would set one up: code flow with PKCE, groups as a claim of the ID token."""
    here = "idpyoidc.server"
    claims = {"name": None, "preferred_username": None, "groups": None}
    return {
        "issuer": issuer,
        "keys": {"uri_path": "jwks", "key_defs": KEYS},
        "endpoint": {
            "provider_config": {
                "path": ".well-known/openid-configuration",
                "class": f"{here}.oidc.provider_config.ProviderConfiguration",
                "kwargs": {"client_authn_method": None},
            },
            "authorization": {
                "path": "authorization",
                "class": f"{here}.oidc.authorization.Authorization",
                "kwargs": {"client_authn_method": None, "response_types_supported": ["code"]},
            },
            "token": {
                "path": "token",
                "class": f"{here}.oidc.token.Token",
                "kwargs": {"client_authn_method": ["client_secret_basic", "client_secret_post"]},
            },
            "userinfo": {
                "path": "userinfo",
                "class": f"{here}.oidc.userinfo.UserInfo",
                "kwargs": {"client_authn_method": ["bearer_header"], "base_claims": claims},
            },
            "session": {
                "path": "session",
                "class": f"{here}.oidc.session.Session",
                "kwargs": {"logout_verify_url": "verify_logout", "post_logout_uri_path": "left"},
            },
        },
        "add_on": {
            "pkce": {
                "function": f"{here}.oauth2.add_on.pkce.add_support",
                "kwargs": {"essential": True, "code_challenge_methods": {"S256": None}},
            }
        },
        "authentication": {"user": {"acr": ACR, "class": LoginForm, "kwargs": {}}},
        "userinfo": {"class": f"{here}.user_info.UserInfo", "kwargs": {"db": PEOPLE}},
        "token_handler_args": {
            "key_conf": {"key_defs": KEYS},
            "code": {"lifetime": 60, "kwargs": {}},
            "token": {"class": f"{here}.token.jwt_token.JWTToken", "kwargs": {"lifetime": 60}},
            "id_token": {"class": f"{here}.token.id_token.IDToken", "kwargs": {"base_claims": claims}},
        },
        "claims_interface": {"class": f"{here}.session.claims.ClaimsInterface", "kwargs": {}},
    }


def provider(issuer: str, back: str) -> Flask:
    """The provider as an application; it knows one site, which may be answered at `back` only."""
    app = Flask("provider")
    server = Server(OPConfiguration(conf=configuration(issuer), base_path=""), cwd="")
    context = server.context
    context.cdb[CLIENT] = {
        "client_secret": SECRET,
        "redirect_uris": [(back, {})],
        "post_logout_redirect_uris": [(back.replace("/company/back", ""), {})],
        "response_types_supported": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "allowed_scopes": ["openid", "profile"],
        "id_token_signed_response_alg": "RS256",
    }
    context.keyjar.add_symmetric(CLIENT, SECRET)

    def asked(name: str) -> ResponseReturnValue:
        endpoint = server.get_endpoint(name)
        http = {
            "headers": {k.lower(): v for k, v in request.headers.items()},
            "method": request.method,
            "url": request.url,
        }
        read = endpoint.parse_request(
            (request.args if request.method == "GET" else request.form).to_dict(), http_info=http
        )
        if isinstance(read, ResponseMessage) and "error" in read:
            return Response(read.to_json(), 400, content_type="application/json")
        read = AccessTokenRequest(**read) if isinstance(endpoint, Token) else read
        args = endpoint.process_request(read, http_info=http)
        if "http_response" in args:
            return make_response(args["http_response"], 200)
        return answered(endpoint, read, args)

    def answered(endpoint: Any, read: Any, args: Any) -> ResponseReturnValue:
        told = endpoint.do_response(request=read, **args)
        where = told.get("response_placement", endpoint.response_placement)
        if where == "url":
            return redirect(told["response"])
        answer = make_response(told["response"], told.get("response_code", 200))
        answer.headers.extend(told["http_headers"])
        return answer

    @app.get("/jwks")
    def jwks() -> ResponseReturnValue:
        return Response(context.keyjar.export_jwks_as_json(), content_type="application/json")

    @app.post("/login")
    def login() -> ResponseReturnValue:
        who = request.form["username"]
        if who not in PEOPLE or request.form["password"] != PASSWORD:
            return "wrong", 403
        endpoint = server.get_endpoint("authorization")
        read = endpoint.parse_request(request.form["query"])
        method = context.authn_broker.get_method_by_id("user")
        session_id = endpoint.create_session(read, who, ACR, 0, method)
        return answered(endpoint, read, endpoint.authz_part2(request=read, session_id=session_id))

    for name, path in (
        ("provider_config", "/.well-known/openid-configuration"),
        ("authorization", "/authorization"),
        ("token", "/token"),
        ("userinfo", "/userinfo"),
        ("session", "/session"),
    ):
        app.add_url_rule(path, name, lambda name=name: asked(name), methods=["GET", "POST"])
    return app


@contextmanager
def running(back: str) -> Iterator[str]:
    """The provider on a free port of this machine; gives its issuer."""
    made: list[Flask] = []
    with serving(lambda environ, start: made[0](environ, start)) as address:
        issuer = address.replace("127.0.0.1", "localhost")  # for a browser another site than one at 127.0.0.1
        made.append(provider(issuer, back))
        yield issuer


def settings(issuer: str) -> dict[str, Any]:
    """What a site is told of this provider."""
    return {
        "oidc_issuer": issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_roles": "managers=manager; qa=qa",
        "oidc_teams": "east=东区",
        "oidc_create": True,
    }
