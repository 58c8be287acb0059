"""The engine `openai-api` against servers that are away, busy, slow, wrong or hostile. All on the loopback."""

from __future__ import annotations

import json
import logging
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from analyzer.cli import main
from analyzer.domain import Span
from analyzer.errors import AnalyzerError, ModelError, SettingsError
from analyzer.hearing import Scorer, hear, integrity, load_transcriber
from analyzer.hearing.integrity import weights
from analyzer.hearing.listening import COARSE, UNMEASURED
from analyzer.hearing.remote import RemoteTranscriber, connect
from analyzer.hearing.remote.looking import Server
from analyzer.hearing.types import Window, WindowPiece
from analyzer.settings import Settings
from web.maintenance import machine

RATE = 16_000
SOUND = (np.random.default_rng(1).normal(size=RATE * 8) * 2000).astype(np.int16)
WINDOW = Window(SOUND, (WindowPiece(0, 3 * RATE, 0),))
KEY = "sk-of-the-test-0123456789"
Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    server: Stub
    sound: np.ndarray

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        self.server.asked.append(asked)
        if b"RIFF" in body:
            start = body.index(b"RIFF") + 44
            self.sound = np.frombuffer(body[start : start + 6 * RATE], np.int16)
        if self.path.endswith("/models") and not self.server.lists:
            return self.tell(404, {"error": {"message": "no such path"}})
        with self.server.lock:
            answer = self.server.script.pop(0) if len(self.server.script) > 1 else self.server.script[0]
        return answer(self)

    do_GET = do_POST = _do  # noqa: N815

    def tell(self, status: int, told: object, **headers: str) -> None:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Stub(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, script: list[Answer], lists: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.lists = script, lists
        self.asked: list[Asked] = []
        self.lock = threading.Lock()

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what is tested."""

    @property
    def heard(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.method == "POST"]


@contextmanager
def stub(*script: Answer, lists: bool = False) -> Iterator[Stub]:
    server = Stub(list(script), lists)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def settings_for(server: Stub, **more: object) -> Settings:
    address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    given = {"engine": "openai-api", "speech_url": address, "speech_patience_s": 20.0, "model": "whisper-1", **more}
    return replace(Settings(), **given)


def web_settings(server: Stub) -> Settings:
    return settings_for(server)


def saying(text: str) -> Answer:
    step = 3.0 / len(text)
    words = [{"word": c, "start": i * step, "end": (i + 1) * step, "probability": 0.9} for i, c in enumerate(text)]
    part = {"id": 0, "start": 0.0, "end": 3.0, "text": text, "avg_logprob": -0.1, "no_speech_prob": 0.0}
    return lambda h: h.tell(200, {"text": text, "segments": [part], "words": words})


def refusing(status: int, message: str = "", **headers: str) -> Answer:
    return lambda h: h.tell(status, {"error": {"message": message}}, **headers)


def hear_one(server: Stub, **more: object) -> str:
    (heard,) = connect(settings_for(server, **more)).transcribe([WINDOW])
    return heard.text


def failure(server: Stub, **more: object) -> AnalyzerError:
    with pytest.raises(AnalyzerError) as caught:
        hear_one(server, **more)
    return caught.value


def test_a_window_goes_out_as_sound_with_the_prompt_and_nothing_else() -> None:
    with stub(saying("您好请进")) as server:
        assert hear_one(server, prompt="水龙头", speech_key=KEY) == "您好请进"
        (asked,) = server.heard
    assert asked.path == "/v1/audio/transcriptions"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    parts = {p.split(b'name="')[1].split(b'"')[0]: p for p in asked.body.split(b"\r\n--") if b'name="' in p}
    assert set(parts) == {
        b"model", b"language", b"response_format", b"timestamp_granularities[]", b"temperature", b"prompt", b"file"
    }  # fmt: skip
    assert b'filename="window.wav"' in parts[b"file"]
    assert "水龙头".encode() in parts[b"prompt"]
    assert asked.body.count(b"timestamp_granularities[]") == 2


def test_windows_come_back_in_order_whatever_order_they_are_heard_in() -> None:
    entered = threading.Barrier(3)  # three are on their way at once, or this fails

    def slowly(handler: Handler) -> None:
        entered.wait(30)
        saying(f"第{handler.sound[0]}")(handler)

    windows = [Window(np.full(RATE * 3, i, np.int16), (WindowPiece(0, 3 * RATE, 0),)) for i in range(1, 10)]
    with stub(slowly) as server:
        heard = list(connect(settings_for(server, batch=3)).transcribe(windows))
    assert [one.text for one in heard] == [f"第{i}" for i in range(1, 10)]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again_when_it_says_so(status: int) -> None:
    with stub(refusing(status, Retry_After="0"), refusing(status, Retry_After="0"), saying("您好")) as server:
        assert hear_one(server) == "您好"
        assert len(server.heard) == 3


def test_a_server_that_hangs_up_is_asked_again() -> None:
    with stub(lambda h: h.connection.shutdown(socket.SHUT_RDWR), saying("您好")) as server:
        assert hear_one(server) == "您好"


def test_patience_ends_with_what_to_do() -> None:
    with stub(refusing(503, "overloaded")) as server:
        error = failure(server, speech_patience_s=0.0)
    assert error.code == "speech-unreachable" and "503：overloaded" in error.message
    assert "TINGJIAN_SPEECH_PATIENCE_S" in error.advice


def test_a_server_that_is_not_there_is_told_with_its_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: whoever calls is refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(ModelError, match="没有程序在那里监听") as caught:
            connect(replace(Settings(), engine="openai-api", speech_url=url, speech_patience_s=0.0))
    assert url in caught.value.message


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        (refusing(401, "bad key"), "speech-key", "TINGJIAN_SPEECH_KEY"),
        (refusing(404, "The model does not exist"), "speech-missing", "TINGJIAN_MODEL"),
        (refusing(400, "no zh"), "speech-refused", "no zh"),
        (lambda h: h.tell(200, b"<html>welcome</html>"), "speech-protocol", "不是 JSON"),
        (lambda h: h.tell(200, b"[" * 100_000), "speech-protocol", "不是 JSON"),
        (lambda h: h.tell(200, {"txt": "您好"}), "speech-protocol", "text 应是文字"),
        (lambda h: h.tell(200, b" " * (9 << 20)), "speech-protocol", "超过 8 MB"),
    ],
)
def test_what_cannot_go_better_is_not_tried_again(answer: Answer, code: str, told: str) -> None:
    with stub(answer) as server:
        error = failure(server)
        assert len(server.heard) == 1
    assert error.code == code
    assert told in str(error)


def test_sound_follows_no_redirect() -> None:
    with stub(saying("您好")) as elsewhere:
        there = f"http://localhost:{elsewhere.server_address[1]}/v1/audio/transcriptions"
        with stub(refusing(307, Location=there)) as server:
            error = failure(server)
        assert not elsewhere.asked
    assert error.code == "speech-redirect" and "localhost" in error.message


def test_a_server_that_sends_a_byte_now_and_then_is_given_up() -> None:
    def dripping(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        done = threading.Event()
        for _ in range(600):
            try:
                handler.wfile.write(b" ")
            except OSError:
                return
            done.wait(0.1)

    with stub(dripping) as server:
        began = time.monotonic()
        error = failure(server, speech_timeout_s=1.0, speech_patience_s=0.0)
        assert time.monotonic() - began < 40
    assert "没有答完" in error.message


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 127.0.0.1, signed by nobody else; the key stands in the same file."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    made = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    named = ("-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    subprocess.run([*made, *named, "-keyout", f"{path}.key", "-out", path], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.key").read_text())
    return path


def test_certificates_are_verified_and_a_companys_own_authority_can_be_named(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stub(saying("您好")) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        url = f"https://127.0.0.1:{server.server_address[1]}/v1"
        error = failure(server, speech_url=url)
        assert error.code == "speech-certificate" and "SSL_CERT_FILE" in error.advice
        assert not server.asked
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert hear_one(server, speech_url=url) == "您好"


def test_the_doctor_sends_silence_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "damaged", lambda _settings: [])
    with stub(saying("您好")) as server:
        (found,) = machine.weights(settings_for(server))
        assert (found.level, found.name) == ("ok", "speech") and "没有第二遍听" in found.message
        (asked,) = server.heard
        assert asked.body.count(bytes(RATE)) >= 1
    with stub(refusing(401, "no key")) as server:
        (found,) = machine.weights(settings_for(server))
        assert found.level == "error" and "TINGJIAN_SPEECH_KEY" in found.hint
    (found,) = machine.weights(replace(Settings(), engine="openai-api"))
    assert found.level == "error" and "TINGJIAN_SPEECH_URL" in found.message


def test_the_doctor_warns_of_sound_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "damaged", lambda _settings: [])
    seen = Server("http://gpu:8700/v1", "faster-whisper 1.2.1", scores=True, bare=True)
    monkeypatch.setattr(machine, "look", lambda _settings: seen)
    assert [found.level for found in machine.weights(replace(Settings(), engine="openai-api"))] == ["ok", "warning"]


def test_the_command_line_asks_the_server_whether_it_can(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with stub(saying("您好")) as server:
        settings = settings_for(server)
        monkeypatch.setenv("TINGJIAN_ENGINE", "openai-api")
        monkeypatch.setenv("TINGJIAN_SPEECH_URL", settings.speech_url)
        assert main(["model"]) == 0
    assert "应答正常" in capsys.readouterr().out
    monkeypatch.delenv("TINGJIAN_SPEECH_URL")
    assert main(["model"]) == 2
    assert "TINGJIAN_SPEECH_URL" in capsys.readouterr().err


def test_the_key_is_in_no_log_no_error_and_no_settings_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with stub(refusing(401, "wrong")) as server:
        settings = settings_for(server, speech_key=KEY)
        error = failure(server, speech_key=KEY)
    assert KEY not in f"{error!r}{error.__cause__!r}{settings!r}{caplog.text}"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "是空的"),
        ("gpu:8700/v1", "http:// 或 https://"),
        ("file:///etc/passwd", "http:// 或 https://"),
        ("http://user:pw@gpu/v1", "不能带用户名"),
        ("http://gpu:99999/v1", "不是可用的地址"),
        ("http://gpu/v1 x", "空格"),
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_sent(url: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        connect(replace(Settings(), engine="openai-api", speech_url=url))
    assert "TINGJIAN_SPEECH_URL" in str(caught.value) and "pw" not in str(caught.value)


def test_a_key_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n", "utf-8")
    with stub(saying("您好")) as server:
        hear_one(server, speech_key_file=str(file))
        assert server.heard[0].headers["authorization"] == f"Bearer {KEY}"
        for bad in ("", "two words", "密钥"):
            file.write_text(bad, "utf-8")
            assert failure(server, speech_key_file=str(file)).code == "speech-key"
        file.unlink()
        assert "TINGJIAN_SPEECH_KEY_FILE" in str(failure(server, speech_key_file=str(file)))


def test_proxies_of_the_environment_are_not_for_our_own_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with stub(saying("您好")) as server, stub(saying("偷听")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.server_address[1]}")
        assert hear_one(server) == "您好"
        assert not proxy.asked


def test_other_machines_are_reached_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with stub(saying("您好")) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.server_address[1]}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        settings = replace(settings_for(proxy), speech_url="http://gpu.invalid:8700/v1")
        (heard,) = connect(settings).transcribe([WINDOW])
        assert heard.text == "您好"
        assert proxy.heard[0].path == "http://gpu.invalid:8700/v1/audio/transcriptions"


def test_nothing_is_sent_while_another_engine_is_set(tmp_path: Path) -> None:
    transcript = tmp_path / "heard.json"
    transcript.write_text('[{"start_s": 0, "end_s": 1, "text": "您好"}]', "utf-8")
    with stub(saying("您好"), lists=True) as server:
        load_transcriber(settings_for(server, engine="recorded", model=str(transcript)))
        assert not server.asked


def test_a_plain_server_gives_no_second_hearing_and_what_it_leaves_out_is_told() -> None:
    with stub(lambda h: h.tell(200, {"text": "您好，我是物业的维修师傅"})) as server:
        transcriber = connect(settings_for(server))
        assert type(transcriber) is RemoteTranscriber and not isinstance(transcriber, Scorer)
        heard = hear(SOUND, (Span(0.0, 4.0),), transcriber, settings_for(server))
    assert heard.warnings == (UNMEASURED, COARSE)
    assert {s.confidence for s in heard.segments} == {None}


def test_a_server_that_wants_nothing_any_more_lets_the_others_go() -> None:
    with stub(refusing(400, "no")) as server:
        transcriber = connect(settings_for(server, batch=2))
        with pytest.raises(ModelError):
            list(transcriber.transcribe([WINDOW] * 50))
        assert len(server.heard) <= 4


def test_no_weights_of_ours_stand_behind_what_another_machine_hears() -> None:
    settings = replace(Settings(), engine="openai-api", model="base")
    assert not [one for one in weights(settings) if one.path.is_relative_to(settings.models_dir)]
