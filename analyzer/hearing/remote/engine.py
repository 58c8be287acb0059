"""The engine `openai-api`: windows go to a server that speaks /v1/audio/transcriptions, and nothing else goes anywhere."""

from __future__ import annotations

import itertools
import json
import math
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from analyzer.domain import Engine
from analyzer.errors import ModelError, SettingsError
from analyzer.hearing.remote import answers, wire
from analyzer.hearing.remote.client import Client, MissingError
from analyzer.hearing.types import Decoded, Look, Window
from analyzer.settings import Settings

NAME = "openai-api"
MOST_AT_ONCE = 8  # windows on their way


class RemoteTranscriber:
    """Windows heard by the server of TINGJIAN_SPEECH_URL, several on their way at once.

    `own` is what our own server says of itself: then sound goes as it was recorded and comes back as the engine behind it
    gave it. Raises ModelError where the server does not answer within the patience that is set.
    """

    def __init__(self, client: Client, settings: Settings, own: dict[str, Any] | None = None) -> None:
        self._client, self._settings, self._own = client, settings, own
        told = [] if own is None else own.get("warnings")
        self.warnings: tuple[str, ...] = tuple(str(w)[:300] for w in told[:9]) if isinstance(told, list) else ()
        self.engine = Engine(NAME, settings.model, device=client.address.shown)
        if own is not None:
            behind = own["engine"]
            version = " ".join(str(behind.get(name, "")) for name in ("name", "version")).strip()
            number = str(behind.get("compute_type", ""))
            self.engine = replace(self.engine, version=version, compute_type=number)

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        """One Decoded a window, in order; `settings.batch` of them are on their way, at most eight."""
        at_once = min(self._settings.batch, MOST_AT_ONCE)
        waiting: deque[Future[Decoded]] = deque()
        stopping = threading.Event()
        rest = iter(windows)
        pool = ThreadPoolExecutor(at_once, thread_name_prefix="speech")
        try:
            for window in itertools.islice(rest, at_once):
                waiting.append(pool.submit(self._heard, window, look, stopping))
            while waiting:
                done = waiting.popleft().result()
                for window in itertools.islice(rest, 1):
                    waiting.append(pool.submit(self._heard, window, look, stopping))
                yield done
        finally:
            stopping.set()  # one has failed, or nobody wants the others any more
            pool.shutdown(wait=False, cancel_futures=True)

    def _heard(self, window: Window, look: Look, stopping: threading.Event) -> Decoded:
        fields = {
            "model": self._settings.model,
            "language": "zh",
            "response_format": "verbose_json",
            "timestamp_granularities[]": "word,segment",
            "temperature": "0",
        }
        prompt = self._settings.prompt.strip()
        if self._own is not None:
            fields[wire.FIELD] = wire.Asked(window.gain, look, prompt).to_json()
            sound = wire.samples_of(window)
        else:
            sound = wire.lifted(window)
            if prompt:
                fields["prompt"] = prompt
        try:
            answer = self._client.post("audio/transcriptions", fields, wire.wav(sound), stopping)
        except MissingError as missing:
            raise ModelError(
                "speech-missing",
                f"语音服务器 {self._client.address.shown} 没有这个接口或这个模型（{self._settings.model}）{missing}",
                "请把 TINGJIAN_MODEL 改成它的模型名，并确认 TINGJIAN_SPEECH_URL 以 /v1 结尾",
            ) from None
        return answers.decoded(answer, window, self._client.address.shown)


class RemoteScorer(RemoteTranscriber):
    """Our own server behind it scores texts, too: there is a second hearing."""

    def beside(self) -> int:
        return 1  # the server has a line of its own, and other workers wait in it

    def score(self, window: Window, texts: Sequence[str]) -> tuple[float, ...]:
        """Summed log-probability of the tokens of each text in nats, as the engine behind gives it. Raises ModelError."""
        scores: list[float] = []
        for first in range(0, len(texts), wire.MOST_TEXTS):
            some = list(texts[first : first + wire.MOST_TEXTS])
            asked = wire.Asked(window.gain).to_json()
            fields = {
                "model": self._settings.model,
                wire.FIELD: asked,
                wire.TEXTS: json.dumps(some, ensure_ascii=False),
            }
            sound = wire.wav(wire.samples_of(window))
            try:
                answer = self._client.post(wire.SCORE_PATH, fields, sound)
            except MissingError:
                answer = None
            nats = answer.get("nats") if isinstance(answer, dict) else None
            if not isinstance(nats, list) or len(nats) != len(some) or not all(map(_is_nats, nats)):
                raise ModelError(
                    "speech-protocol",
                    f"语音服务器 {self._client.address.shown} 没有给出第二遍听的结果，虽然它说可以",
                    "请在两台机器上装同一版本的听检",
                )
            scores += [float(value) for value in nats]
        return tuple(scores)


def _is_nats(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def connect(settings: Settings) -> RemoteTranscriber:
    """The engine for these settings; asks the server once which models it has. Raises SettingsError, ModelError."""
    client = Client(settings)
    own = own_entry(client, settings)
    if own is not None and own.get("scores") is True:
        return RemoteScorer(client, settings, own)
    return RemoteTranscriber(client, settings, own)


def own_entry(client: Client, settings: Settings) -> dict[str, Any] | None:
    """What our own server says of its model; None for anybody else's, who need not even list models.

    Raises ModelError, and SettingsError where our own server has another model than the settings name.
    """
    try:
        listed = client.get("models")
    except MissingError:
        return None
    entries = listed.get("data") if isinstance(listed, dict) else None
    entries = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    ours = {str(entry.get("id")): entry[wire.FIELD] for entry in entries if isinstance(entry.get(wire.FIELD), dict)}
    if not ours:
        return None
    if settings.model not in ours:
        names = "、".join(ours)
        raise SettingsError(
            "speech-model",
            f"语音服务器 {client.address.shown} 没有模型 {settings.model}，它用的是 {names:.100}",
            f"请设 TINGJIAN_MODEL={next(iter(ours)):.100}",
        )
    own: dict[str, Any] = ours[settings.model]
    if own.get("protocol") != wire.PROTOCOL or not isinstance(own.get("engine"), dict):
        raise ModelError(
            "speech-protocol",
            f"语音服务器 {client.address.shown} 是另一个版本的听检（协议 {own.get('protocol')!r:.20}）",
            "请在两台机器上装同一版本的听检",
        )
    return own
