"""`python -m analyzer serve`: what the interface promises, who is sent away, and that our own client loses nothing by it."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from analyzer.audio import open_audio, plain_samples
from analyzer.domain import Engine
from analyzer.errors import ModelError, SettingsError
from analyzer.hearing import Decoded, Scorer, Window, WindowPiece, detect_speech, load_transcriber
from analyzer.hearing.detection import speech_gain
from analyzer.hearing.packing import pack
from analyzer.hearing.remote import connect
from analyzer.hearing.remote.wire import wav
from analyzer.hearing.types import Look, Transcriber, compression_ratio
from analyzer.pipeline import ONCE, Analyzer, load
from analyzer.serving.app import Limits
from analyzer.serving.line import GoneError, Line
from analyzer.serving.server import Server, key_of, local_engine
from analyzer.settings import Settings
from tests.integration.conftest import Cuts

RATE = 16_000
KEY = "0123456789abcdef-of-the-test"
NOISE = (np.random.default_rng(2).normal(size=RATE * 3) * 3000).astype(np.int16)


def until(true: Callable[[], bool]) -> None:
    """Wait for it, a minute at most."""
    for _ in range(1200):
        if true():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it did not come to that")


class Echo:
    """Tells what it was given: the window's length, loudest sample and prompt; scores a text by its length."""

    engine = Engine("echo", "tiny-echo", "1", "int8", "cpu")
    warnings: tuple[str, ...] = ()

    def __init__(self, hold: threading.Event | None = None) -> None:
        self.prompt, self.batches, self.hold = "", list[int](), hold
        self.entered = threading.Event()

    def prompt_by(self, prompt: str) -> None:
        self.prompt = prompt

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        self.batches.append(len(windows))
        self.entered.set()
        if self.hold is not None:
            assert self.hold.wait(60)
        for window in windows:
            loudest = float(np.abs(window.audio()).max())
            text = f"{look.value}，{window.samples}，{loudest:.6f}，{self.prompt}"
            times = tuple(0.025 * i for i in range(len(text)))
            sure = tuple(0.5 + 0.001 * i for i in range(len(text)))
            ends = (*times[1:], times[-1] + 0.025)
            yield Decoded(text, times, ends, sure, -0.25, 0.125, compression_ratio(text), 0.2)

    def beside(self) -> int:
        return 1

    def score(self, window: Window, texts: Sequence[str]) -> tuple[float, ...]:
        return tuple(-float(len(text)) - window.gain for text in texts)


@contextmanager
def serving(
    transcriber: Transcriber | None = None,
    key: str = "",
    limits: Limits | None = None,
    settings: Settings | None = None,
) -> Iterator[str]:
    """The address of a running server."""
    server = Server(transcriber or Echo(), settings or Settings(), "127.0.0.1", 0, key, limits or Limits(waiting=4))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/v1"
    finally:
        server.close()
        thread.join(60)
        assert not thread.is_alive()


def client_settings(url: str, **more: object) -> Settings:
    given = {"engine": "openai-api", "model": "tiny-echo", "speech_url": url, "speech_patience_s": 30.0, **more}
    return replace(Settings(), **given)


def ask(
    url: str,
    path: str,
    fields: dict[str, str],
    sound: bytes | None = None,
    key: str = "",
    leave: Callable[[http.client.HTTPConnection], None] | None = None,
) -> tuple[int, str, str]:
    """Status, body and Retry-After of a form that is posted; `leave`: what a client does instead of reading the answer."""
    mark = "x0x0x0"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in fields.items()
    ]
    if sound is not None:
        parts += [f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'.encode(), sound]
    body = b"".join([*parts, f"\r\n--{mark}--\r\n".encode()])
    headers = {"Content-Type": f"multipart/form-data; boundary={mark}", "Authorization": f"Bearer {key}"}
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)) as connection:
        connection.request("POST", f"/v1/{path}", body, headers)
        if leave is not None:
            leave(connection)
            return 0, "", ""
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers.get("Retry-After", "")


def hang_up(connection: http.client.HTTPConnection) -> None:
    """As a process that dies: the line is cut, nothing more is read or said."""
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.sock.close()


class Saying(Echo):
    """Hears the same few words in every window."""

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        text = "您好，请进来坐"
        for window in windows:
            step = window.duration_s / len(text)
            times = tuple(step * i for i in range(len(text)))
            ends = tuple(at_s + step for at_s in times)
            yield Decoded(text, times, ends, (0.9,) * len(text), -0.25, 0.125, compression_ratio(text))


def health(url: str) -> dict[str, Any]:
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)) as connection:
        connection.request("GET", "/health")
        told: dict[str, Any] = json.loads(connection.getresponse().read())
        return told


def test_our_own_client_gets_what_the_engine_gave_sample_for_sample() -> None:
    """Through form, walled child and JSON: the sound, its gain and prompt go in as they are, figures come out as they are."""
    echo = Echo()
    pieces = (WindowPiece(100, RATE, 0), WindowPiece(2 * RATE, 3 * RATE, RATE + 50))
    window = Window(NOISE, pieces, gain=1.7)
    with serving(echo) as url:
        transcriber = connect(client_settings(url, prompt="水龙头、马桶。"))
        assert isinstance(transcriber, Scorer)
        assert (transcriber.engine.name, transcriber.engine.version) == ("openai-api", "echo 1")
        for look in Look:
            (heard,) = transcriber.transcribe([window], look)
            echo.prompt_by("水龙头、马桶。")
            (given,) = echo.transcribe([window], look)
            assert heard.text == given.text
            assert heard.char_confidence == given.char_confidence
            assert heard.char_start_s[:2] == given.char_start_s[:2]
            assert (heard.avg_logprob, heard.no_speech_prob, heard.temperature) == (-0.25, 0.125, 0.2)
        assert transcriber.score(window, ["您好", "请进来"]) == echo.score(window, ["您好", "请进来"])


def test_sixteen_bits_come_through_the_walled_child_as_they_went_in(tmp_path: Path) -> None:
    quiet = (NOISE // 400 + 3).astype(np.int16)  # would be lifted and its offset taken off, were it a recording
    loud = np.array([32767, -32768] * RATE, np.int16)
    for sound in (NOISE, quiet, loud, np.zeros(RATE, np.int16)):
        path = tmp_path / "window"
        path.write_bytes(wav(sound))
        assert np.array_equal(plain_samples(path, Settings()), sound)


def test_other_clients_hear_a_whole_recording_with_times_in_its_seconds(cuts: Cuts) -> None:
    with serving(Saying()) as url:
        sound = cuts.phone.read_bytes()
        status, body, _ = ask(url, "audio/transcriptions", {"response_format": "verbose_json"}, sound)
        assert status == 200, body
        told = json.loads(body)
        assert told["duration"] == pytest.approx(20.0, abs=0.2)
        assert told["segments"] and "words" not in told
        assert all(0 <= s["start"] < s["end"] <= 20.1 for s in told["segments"])
        assert ask(url, "audio/transcriptions", {"response_format": "text"}, sound)[1].strip() == told["text"]


def test_the_official_client_of_openai_is_understood(cuts: Cuts) -> None:
    openai = pytest.importorskip("openai")
    with serving(Saying(), key=KEY) as url, openai.OpenAI(base_url=url, api_key=KEY, max_retries=0) as client:
        assert [model.id for model in client.models.list()] == ["tiny-echo"]
        with cuts.phone.open("rb") as file:
            told = client.audio.transcriptions.create(
                file=file,
                model="whisper-1",
                language="zh",
                response_format="verbose_json",
                timestamp_granularities=["word", "segment"],
            )
        assert told.segments and told.words
        assert "".join(word.word for word in told.words) == "".join(part.text for part in told.segments)
        with pytest.raises(openai.BadRequestError, match="不是录音"):
            client.audio.transcriptions.create(
                file=("a.wav", b"no sound at all, this is text\n" * 9), model="whisper-1"
            )
    with (
        serving(key=KEY) as url,
        openai.OpenAI(base_url=url, api_key="wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError),
    ):
        client.models.list()


def test_without_the_key_nobody_gets_further_than_health() -> None:
    with serving(key=KEY) as url:
        for wrong in ("", KEY[:-1], KEY + "0", "密钥"):
            with pytest.raises((ModelError, SettingsError)) as caught:
                connect(client_settings(url, speech_key=wrong))
            assert caught.value.code == "speech-key"
        assert connect(client_settings(url, speech_key=KEY)).engine.model == "tiny-echo"
        assert health(url)["status"] == "ok"


def test_who_comes_when_the_line_is_full_is_sent_away_and_comes_again() -> None:
    hold = threading.Event()
    echo = Echo(hold)
    with serving(echo, limits=Limits(waiting=1)) as url:
        transcriber = connect(client_settings(url, batch=1))
        heard: list[Decoded] = []
        window = Window(NOISE, (WindowPiece(0, RATE, 0),))
        one, two = (threading.Thread(target=lambda: heard.extend(transcriber.transcribe([window]))) for _ in range(2))
        one.start()
        assert echo.entered.wait(60)
        status, body, again = ask(url, "audio/transcriptions", {}, wav(NOISE))
        assert (status, again) == (503, "2") and "正忙" in body
        two.start()  # waits for room, as the answer says
        hold.set()
        one.join(60)
        two.join(60)
    assert len(heard) == 2


def test_what_nobody_waits_for_any_more_is_not_decoded() -> None:
    hold = threading.Event()
    echo = Echo(hold)
    line = Line(echo, 1)
    hung_up = threading.Event()
    asked: dict[str, list[Decoded] | GoneError] = {}

    def decode(name: str, gone: Callable[[], bool]) -> None:
        try:
            asked[name] = line.decode([Window(NOISE, (WindowPiece(0, RATE, 0),))], Look.FIRST, "", gone)
        except GoneError as error:
            asked[name] = error

    first = threading.Thread(target=decode, args=("first", bool))
    first.start()
    assert echo.entered.wait(60)  # it is being decoded
    impatient = threading.Thread(target=decode, args=("impatient", hung_up.is_set))
    impatient.start()
    until(lambda: line.waiting == 1)
    hung_up.set()
    last = threading.Thread(target=decode, args=("last", bool))
    last.start()
    until(lambda: line.waiting == 2)
    hold.set()
    for thread in (first, impatient, last):
        thread.join(60)
    line.close()
    assert echo.batches == [1, 1]
    assert isinstance(asked["impatient"], GoneError) and len(asked["last"]) == 1  # type: ignore[arg-type]


class Wordy(Echo):
    """Says more than the buffers between two sockets hold; `words` characters in each window."""

    words = 40_000

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        for decoded in super().transcribe(windows, look):
            times = tuple(1e-5 * i for i in range(self.words))
            ends = (*times[1:], times[-1] + 1e-5)
            yield replace(
                decoded,
                text="好" * self.words,
                char_start_s=times,
                char_end_s=ends,
                char_confidence=(0.5,) * self.words,
            )


@pytest.mark.parametrize("when", ["while it is decoded", "after its first bytes"])
def test_who_hangs_up_mid_answer_harms_no_one_after_him(when: str) -> None:
    """There is room for one request: what he leaves behind would send the next away, or be its answer."""
    engine = Wordy(hold := threading.Event())

    def leave(connection: http.client.HTTPConnection) -> None:
        assert engine.entered.wait(60)
        if when == "while it is decoded":
            hang_up(connection)
            hold.set()
            return
        hold.set()
        assert connection.sock.recv(64).startswith(b"HTTP/1.")
        hang_up(connection)

    answers: list[tuple[int, str, str]] = []

    def heard(url: str) -> bool:
        answers.append(ask(url, "audio/transcriptions", {"tingjian": "{}"}, wav(NOISE)))
        return answers[-1][0] == 200

    with serving(engine, limits=Limits(waiting=1)) as url:
        for _ in range(2):  # each time anew: what leaks a little shows at the second
            hold.clear()
            engine.entered.clear()
            ask(url, "audio/transcriptions", {"tingjian": "{}"}, wav(NOISE), leave=leave)
            until(lambda: heard(url))
            assert json.loads(answers[-1][1])["text"] == "好" * Wordy.words
        assert health(url) == {"status": "ok", "waiting": 0}
    assert {status for status, _, _ in answers} <= {200, 503}


def test_warnings_of_the_engine_behind_are_those_of_every_result() -> None:
    class Slow(Echo):
        warnings = ("没有显卡，用的是处理器",)

    with serving(Slow()) as url:
        assert connect(client_settings(url)).warnings == Slow.warnings


def test_what_waits_together_is_decoded_together() -> None:
    hold = threading.Event()
    echo = Echo(hold)
    with serving(echo, limits=Limits(waiting=8)) as url:
        transcriber = connect(client_settings(url, batch=5))
        heard: list[Decoded] = []
        windows = [Window(NOISE, (WindowPiece(0, RATE + i, 0),)) for i in range(5)]
        client = threading.Thread(target=lambda: heard.extend(transcriber.transcribe(windows)))
        client.start()
        assert echo.entered.wait(60)
        for _ in range(600):
            if health(url)["waiting"] == 5 - echo.batches[0]:
                break
            threading.Event().wait(0.05)
        hold.set()
        client.join(60)
    assert [one.text.split("，")[1] for one in heard] == [str(RATE + i) for i in range(5)]
    assert len(echo.batches) <= 2 and sum(echo.batches) == 5


@pytest.mark.parametrize(
    ("fields", "sound", "status", "told"),
    [
        ({}, None, 400, "没有文件"),
        ({}, b"", 400, "空"),
        ({"model": "gpt-4o"}, wav(NOISE), 404, "tiny-echo"),
        ({"response_format": "srt"}, wav(NOISE), 400, "verbose_json"),
        ({"language": "en"}, wav(NOISE), 400, "只听中文"),
        ({"stream": "true"}, wav(NOISE), 400, "stream"),
        ({"tingjian": "{"}, wav(NOISE), 400, "tingjian"),
        ({"tingjian": "{}"}, wav(np.tile(NOISE, 11)), 400, "时长上限"),
        ({"prompt": "好" * 400_000}, wav(NOISE), 413, "512 KB"),
        ({str(i): "1" for i in range(60)}, wav(NOISE), 413, "太大"),
    ],
)
def test_what_is_wrong_with_a_request_is_said(
    fields: dict[str, str], sound: bytes | None, status: int, told: str
) -> None:
    with serving() as url:
        got, body, _ = ask(url, "audio/transcriptions", fields, sound)
    assert got == status, body
    assert told in json.loads(body)["error"]["message"]


def test_texts_that_cannot_be_scored_and_paths_that_are_none_are_refused() -> None:
    class Plain(Echo):
        score = None  # type: ignore[assignment]

    with serving() as url:
        for texts in ("", "{}", "[]", "[3]", json.dumps(["好"] * 401), json.dumps(["好" * 2001])):
            status, body, _ = ask(url, "tingjian/score", {"tingjian": "{}", "texts": texts}, wav(NOISE))
            assert status == 400 and "texts" in body
        assert ask(url, "audio/speech", {}, wav(NOISE))[0] == 404
        assert ask(url, "models", {}, wav(NOISE))[0] == 405


def test_a_loop_that_wakes_before_it_is_told_to_end_keeps_its_trigger_until_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Waitress notes what to do and wakes the loop then: something else may wake it in between."""
    server = Server(Echo(), Settings(), "127.0.0.1", 0, "", Limits(waiting=4))
    thread = threading.Thread(target=server.run)
    thread.start()
    trigger = server._server.trigger
    pull = trigger._physical_pull

    def late() -> None:
        pull()
        thread.join(0.5)  # the loop has done what was noted
        pull()

    monkeypatch.setattr(trigger, "_physical_pull", late)
    server.close()
    thread.join(60)
    assert not thread.is_alive()


def test_an_engine_that_fails_is_an_error_of_the_server_and_the_next_one_is_heard() -> None:
    class Failing(Echo):
        def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
            if not self.batches:
                self.batches.append(0)
                raise ValueError("secret insides")
            return super().transcribe(windows, look)

    with serving(Failing()) as url:
        status, body, _ = ask(url, "audio/transcriptions", {"tingjian": "{}"}, wav(NOISE))
        assert status == 500 and "secret" not in body
        assert ask(url, "audio/transcriptions", {"tingjian": "{}"}, wav(NOISE))[0] == 200


def test_another_model_than_the_settings_name_is_told_before_anything_is_heard() -> None:
    with serving() as url, pytest.raises(SettingsError, match="TINGJIAN_MODEL=tiny-echo"):
        connect(client_settings(url, model="base"))


def test_the_command_line_refuses_to_stand_open_and_weak_keys(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "analyzer", "serve", "--port", "0")
    done = subprocess.run([*command, "--host", "0.0.0.0"], capture_output=True, text=True, check=False, timeout=120)  # noqa: S104
    assert done.returncode == 2 and "--key-file" in done.stderr
    short = tmp_path / "key"
    short.write_text("short", "utf-8")
    with pytest.raises(SettingsError, match="16 个字符"):
        key_of(short)
    with pytest.raises(SettingsError, match="serve 要用本机的引擎"):
        local_engine(replace(Settings(), engine="openai-api"))


@pytest.mark.weights
def test_the_real_engine_behind_a_server_hears_and_listens_again_as_it_does_at_home(cuts: Cuts) -> None:
    """One window and one score: the same to the last bit, so that a whole recording's verdicts are (benchmarks engines)."""
    home = replace(Settings(), device="cpu")
    engine = load_transcriber(home)
    assert isinstance(engine, Scorer)
    with serving(local_engine(home), settings=home) as url:
        away = connect(replace(home, engine="openai-api", speech_url=url))
        assert isinstance(away, Scorer)
        with open_audio(cuts.visit, home) as audio:
            samples = audio.samples[0][: RATE * 12]
            windows = pack(samples, detect_speech(samples), gain=speech_gain(samples))[:1]
            (here,), (there,) = engine.transcribe(windows), away.transcribe(windows)
            assert here.text and (there.text, there.char_confidence) == (here.text, here.char_confidence)
            assert there.char_start_s == pytest.approx(here.char_start_s)
            assert there.avg_logprob == here.avg_logprob
            assert away.score(windows[0], ["您好"]) == engine.score(windows[0], ["您好"])


def test_a_hearing_by_a_server_that_scores_nothing_says_that_there_was_no_second_hearing(cuts: Cuts) -> None:
    class Plain:
        engine, warnings = Echo.engine, ()

        def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
            return Saying().transcribe(windows, look)

    with serving(Plain()) as url, open_audio(cuts.phone, Settings()) as audio:
        analyzer = Analyzer(client_settings(url))
        hearing = analyzer.hear(audio, "call")
        assert ONCE.format(engine="openai-api") in hearing.warnings
        assert hearing.transcript
        assert analyzer.hear_again(audio, hearing, load("property-appointment", Settings()), {}) == hearing
