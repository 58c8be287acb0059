"""Programs with tokens: `program("qa", "recordings:read")` asks as that member of the cast, with these scopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from web.api import tokens
from web.api.scopes import scopes_of
from web.db import Database
from web.models import User


@dataclass
class Program:
    """A program with a token; `client` keeps cookies as a browser would, and the API ignores them."""

    client: FlaskClient
    secret: str

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        told = {"Authorization": f"Bearer {self.secret}", **(headers or {})}
        return self.client.open(f"/api/v1{path}", method=method, headers=told, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> TestResponse:
        return self.ask("POST", path, **more)

    def put(self, path: str, **more: Any) -> TestResponse:
        return self.ask("PUT", path, **more)


Programs = Callable[..., Program]


@pytest.fixture
def program(app: Flask, db: Database, people: dict[str, Any]) -> Programs:
    def made(who: str, *scopes: str, days: int = 30) -> Program:
        with app.test_request_context(), db.writing() as session:
            owner = session.get_one(User, people[who].id)
            secret = tokens.make(session, owner, "呼叫中心", scopes or list(scopes_of(owner.role)), days)
        return Program(app.test_client(), secret)

    return made
