"""The application: OpenAI's transcription interface, and what our own client asks for beyond it."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from analyzer.audio import open_audio, plain_samples
from analyzer.domain import Segment
from analyzer.errors import AnalyzerError, AudioError
from analyzer.hearing import Window, WindowPiece, detect_speech, hear
from analyzer.hearing.remote import wire
from analyzer.hearing.types import WINDOW_S
from analyzer.serving import answers
from analyzer.serving.line import GoneError, InLine, Line
from analyzer.settings import Settings

log = logging.getLogger(__name__)
FORMATS = ("json", "text", "verbose_json")
LANGUAGES = ("", "zh", "chinese", "mandarin", "cmn", "zh-cn", "zh_cn")
BUSY_S = 2  # after which who was sent away may come again
MOST_FIELDS = 40
MOST_FIELD_BYTES = 512 * 1024  # all fields but the file: 400 texts that are scored
ALIAS = "whisper-1"  # what clients send that know no other model


class RefusedError(Exception):
    """An answer that is an error, in the interface's form."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}

    def response(self) -> Response:
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        told = {"error": {"message": self.message, "type": kind, "param": None, "code": self.code}}
        response = _json(told)
        response.status_code = self.status
        response.headers.extend(self.headers)
        return response


@dataclass(frozen=True, slots=True)
class Limits:
    """`waiting` requests at most are in the house; `decoding` files at most are decoded at a time; bodies of `body_bytes`."""

    waiting: int = 32
    decoding: int = 2
    body_bytes: int = 64 * 1024**2


class Application:
    """WSGI. `key`: what clients must send as a bearer token; "" lets everybody in."""

    def __init__(self, line: Line, settings: Settings, key: str, limits: Limits) -> None:
        self._line, self._settings, self._limits = line, settings, limits
        self._key = hashlib.sha256(key.encode()).digest() if key else b""
        self._room = threading.BoundedSemaphore(limits.waiting)
        self._decoding = threading.BoundedSemaphore(limits.decoding)
        self._routes: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("GET", "/health"): self._health,
            ("GET", "/v1/models"): self._models,
            ("POST", "/v1/audio/transcriptions"): self._transcribe,
            ("POST", f"/v1/{wire.SCORE_PATH}"): self._score,
        }

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = _Bounded(environ)
        request.max_content_length = self._limits.body_bytes
        with closing(request):  # and what it keeps of files
            return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        try:
            act = self._routes.get((request.method, request.path))
            if act is None:
                known = {path for _, path in self._routes}
                status = 405 if request.path in known else 404
                raise RefusedError(
                    status, "not_found", f"没有 {request.method} {request.path:.100}；有：{'、'.join(known)}"
                )
            if request.path != "/health":
                self._admit(request)
            return act(request)
        except RefusedError as refused:
            return refused.response()
        except GoneError:
            return RefusedError(503, "gone", "等的人已经走了").response()
        except AudioError as error:
            return RefusedError(400, error.code, str(error)).response()
        except RequestEntityTooLarge:
            most = self._limits.body_bytes >> 20
            return RefusedError(413, "too_large", f"请求太大：文件最多 {most} MB，其余字段合计 512 KB").response()
        except HTTPException as error:
            return RefusedError(error.code or 400, "bad_request", f"请求不合格式：{error.description}").response()
        except AnalyzerError as error:
            log.error("%s", error)
            return RefusedError(500, error.code, str(error)).response()
        except Exception:
            log.exception("a request failed")
            return RefusedError(500, "internal", "服务器内部错误，详情见服务器的日志").response()

    def _admit(self, request: Request) -> None:
        if not self._key:
            return
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        told = hashlib.sha256(given.strip().encode("utf-8", "replace")).digest()
        if not hmac.compare_digest(told, self._key) or scheme.lower() != "bearer":
            raise RefusedError(401, "invalid_api_key", "密钥不对或没有给出", {"WWW-Authenticate": "Bearer"})

    def _health(self, _request: Request) -> Response:
        return _json({"status": "ok", "waiting": self._line.waiting})

    def _models(self, _request: Request) -> Response:
        entry = wire.model_entry(self._line.engine, self._line.warnings, scores=self._line.scores)
        return _json({"object": "list", "data": [entry]})

    def _transcribe(self, request: Request) -> Response:
        with self._in_the_house(), _form(request) as form:
            self._check_model(form)
            if form.own is not None:
                window = self._window(form)
                (decoded,) = self._line.decode([window], form.own.look, form.own.prompt, form.gone)
                return _json(wire.answer_of(decoded, window.duration_s))
            wanted = form.fields.get("response_format", "json")
            if wanted not in FORMATS:
                _bad("response_format", f"不会 {wanted!r:.40}，可用：{'、'.join(FORMATS)}")
            language = form.fields.get("language", "").lower()
            if language not in LANGUAGES:
                _bad("language", f"只听中文，得到 {language!r:.40}；请写 zh 或不写")
            if form.fields.get("stream", "").lower() in ("true", "1"):
                _bad("stream", "不会边听边答；请去掉它")
            segments, duration_s, warnings = self._heard(form)
            if wanted == "text":
                return Response(answers.plain(segments) + "\n", content_type="text/plain; charset=utf-8")
            if wanted == "json":
                return _json({"text": answers.plain(segments)})
            return _json(answers.verbose(segments, duration_s, warnings, words="word" in form.granularities))

    def _score(self, request: Request) -> Response:
        if not self._line.scores:
            raise RefusedError(404, "not_found", "这里的引擎不能给词句打分")
        with self._in_the_house(), _form(request) as form:
            self._check_model(form)
            try:
                texts = json.loads(form.fields.get(wire.TEXTS, ""))
            except (ValueError, RecursionError):
                texts = None
            if (
                not isinstance(texts, list)
                or not 1 <= len(texts) <= wire.MOST_TEXTS
                or not all(isinstance(text, str) and len(text) <= wire.MOST_TEXT for text in texts)
            ):
                _bad(wire.TEXTS, f"应是 1 到 {wire.MOST_TEXTS} 段文字的 JSON 列表，每段最多 {wire.MOST_TEXT} 个字")
            return _json({"nats": list(self._line.score(self._window(form), texts, form.gone))})

    def _heard(self, form: _Form) -> tuple[list[Segment], float, tuple[str, ...]]:
        """A whole recording, as it is heard before it is judged: speech detected, guarded, each channel by itself."""
        prompt = form.fields.get("prompt", self._settings.prompt)[: wire.MOST_TEXT]
        settings = replace(self._settings, prompt=prompt)
        turn = InLine(self._line, prompt, self._settings.batch, form.gone)
        with ExitStack() as stack:
            with self._decoding:
                audio = stack.enter_context(open_audio(form.path, self._settings))
            parts = [hear(samples, detect_speech(samples), turn, settings) for samples in audio.samples]
            segments = sorted((s for part in parts for s in part.segments), key=lambda s: (s.start_s, s.end_s))
            warnings = (*audio.warnings, *(w for part in parts for w in part.warnings))
            return segments, audio.duration_s, tuple(dict.fromkeys(warnings))

    def _window(self, form: _Form) -> Window:
        """The sound as one window. Raises RefusedError, AudioError."""
        with self._decoding:
            samples = plain_samples(form.path, replace(self._settings, max_duration_s=WINDOW_S + 1.0))
        if not 0 < len(samples) <= WINDOW_S * 16_000:
            _bad("file", f"一个窗口最长 {WINDOW_S:g} 秒")
        gain = 1.0 if form.own is None else form.own.gain
        return Window(samples, (WindowPiece(0, len(samples), 0),), gain)

    def _check_model(self, form: _Form) -> None:
        here, named = self._line.engine.model, form.fields.get("model", "")
        if named not in (here, ALIAS, ""):
            raise RefusedError(404, "model_not_found", f"没有模型 {named!r:.60}；这里用的是 {here}")

    @contextmanager
    def _in_the_house(self) -> Iterator[None]:
        """One request more, or away with it: who waits in a line without end gives up one after the other."""
        if not self._room.acquire(blocking=False):
            message = f"正忙：已有 {self._limits.waiting} 个请求，请过 {BUSY_S} 秒再来"
            raise RefusedError(503, "busy", message, {"Retry-After": str(BUSY_S)})
        try:
            yield
        finally:
            self._room.release()


class _Bounded(Request):
    max_form_memory_size = MOST_FIELD_BYTES
    max_form_parts = MOST_FIELDS


@dataclass(frozen=True, slots=True)
class _Form:
    """`own`: what our own client says of the sound; None for anybody else's. `gone`: whether the client has hung up."""

    fields: dict[str, str]
    granularities: tuple[str, ...]
    path: Path
    own: wire.Asked | None
    gone: Callable[[], bool]


@contextmanager
def _form(request: Request) -> Iterator[_Form]:
    """The request's form with its file in a place of its own until the block ends. Raises RefusedError, HTTPException."""
    if request.mimetype != "multipart/form-data":
        _bad("Content-Type", "要用 multipart/form-data，文件放在 file 里")
    fields = request.form.to_dict()
    sound = request.files.get("file")
    if sound is None:
        _bad("file", "没有文件")
    own = None
    if wire.FIELD in fields:
        try:
            own = wire.asked_from_json(fields[wire.FIELD])
        except (ValueError, RecursionError) as error:
            _bad(wire.FIELD, f"不合格式：{error}")
    granularities = tuple(request.form.getlist("timestamp_granularities[]"))
    with _stored(sound) as path:
        yield _Form(fields, granularities, path, own, request.environ.get("waitress.client_disconnected", bool))


@contextmanager
def _stored(sound: FileStorage) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=f"tingjian-serve-{os.getpid()}-") as folder, closing(sound):
        path = Path(folder) / "file"  # as errors name it
        sound.save(path)
        yield path


def _bad(field: str, message: str) -> NoReturn:
    raise RefusedError(400, "bad_request", f"{field}：{message}")


def _json(told: dict[str, Any]) -> Response:
    return Response(json.dumps(told, ensure_ascii=False), content_type="application/json; charset=utf-8")
