"""Speaking to the local model: one POST to `…/chat/completions`, to this machine or the own network and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from web.config import WebSettings
from web.kit.addresses import RefusedError
from web.kit.posting import UnreachableError, post
from web.opinions.asking import Question, request
from web.opinions.checking import NonsenseError, Proposal, proposals

MOST = 1_000_000  # bytes of an answer
PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
FORM_REFUSED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_IMPLEMENTED})


class AwayError(Exception):
    """The server cannot be asked at present, whatever the recording; says why in Chinese."""


def ask(asked: Question, web: WebSettings) -> tuple[Proposal, ...]:
    """Put a recording to the model. Raises AwayError, NonsenseError.

    A server that does not know the form of the answer is asked once more without it.
    """
    status, body = _post(request(asked, web.opinion_model, schema=True), web)
    if status in FORM_REFUSED:
        status, body = _post(request(asked, web.opinion_model, schema=False), web)
    if status in FORM_REFUSED:
        raise NonsenseError(f"HTTP {status}")
    if status != HTTPStatus.OK:
        raise AwayError(f"模型服务没有应答（HTTP {status}）")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NonsenseError(type(error).__name__) from error
    if not isinstance(answer, Mapping):
        raise NonsenseError("no object")
    return proposals(answer, asked)


def _post(body: Mapping[str, Any], web: WebSettings) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json"}
    if web.opinion_key:
        headers["Authorization"] = f"Bearer {web.opinion_key}"
    url = f"{web.opinion_url.rstrip('/')}/chat/completions"
    data = json.dumps(body, ensure_ascii=False).encode()
    try:
        answer = post(url, data, headers, private=True, public=False, most=MOST, longest_s=web.opinion_seconds)
    except RefusedError as error:
        raise AwayError(f"{error.message}；{error.advice}") from error
    except UnreachableError as error:
        raise AwayError(f"模型服务连不上（{error.why}）") from error
    return answer.status, answer.body
