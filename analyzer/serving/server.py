"""Listening: waitress takes bodies in without holding a thread for them, so that slow senders cost nothing."""

from __future__ import annotations

import logging
import socket
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from analyzer.errors import AnalyzerError, SettingsError
from analyzer.hearing import Transcriber, inspection, load_transcriber
from analyzer.serving.app import Application, Limits
from analyzer.serving.line import Line
from analyzer.settings import Settings

SPARE_THREADS = 4  # for those who are sent away, and for /health
LEAVE_S = 10
SILENT_S = 60  # a connection on which nothing moves is closed


class Server:
    """Our own engine behind an address. `port` is the one that it got: 0 lets the kernel choose.

    Raises AnalyzerError where the address cannot be had.
    """

    def __init__(
        self, transcriber: Transcriber, settings: Settings, host: str, port: int, key: str, limits: Limits
    ) -> None:
        from waitress import create_server

        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # "Task queue depth is 1" is no news
        self._line = Line(transcriber, settings.batch)
        application = Application(self._line, settings, key, replace(limits, decoding=max(1, settings.usable_threads)))
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            listener = socket.create_server((host, port), family=family, backlog=limits.waiting)
        except OSError as error:
            reason = error.strerror or str(error)
            raise AnalyzerError(
                "serve-address", f"不能在 {host}:{port} 上监听：{reason}", "请换一个端口或地址"
            ) from None
        self.port = int(listener.getsockname()[1])
        self._server: Any = create_server(
            application,
            sockets=[listener],
            threads=limits.waiting + SPARE_THREADS,
            connection_limit=2 * limits.waiting + 16,
            channel_timeout=SILENT_S,
            max_request_body_size=limits.body_bytes
            + 1024**2,  # the application says so itself, in the interface's form
            max_request_header_size=32 * 1024,
            ident=None,
            clear_untrusted_proxy_headers=True,
            asyncore_use_poll=True,
            channel_request_lookahead=1,  # so that it notices who hangs up
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        return self._line.warnings

    @property
    def engine_line(self) -> str:
        engine = self._line.engine
        return f"{engine.name} {engine.version}，模型 {engine.model}，{engine.compute_type}，{engine.device}"

    def run(self) -> None:
        """Serve until KeyboardInterrupt, SystemExit, or `close` from another thread."""
        try:
            self._server.run()
        finally:
            self._line.close()

    def close(self) -> None:
        """From another thread: what is being answered is answered first, for some seconds."""
        self._server.task_dispatcher.shutdown(timeout=LEAVE_S)
        end_listening(self._server)


def end_listening(server: Any) -> None:
    """End a waitress server's loop from another thread.

    Only the loop's own thread may close what it listens to, and without a connection it ends. Whatever else wakes it may
    make it do so before this thread has written to its trigger (waitress notes the task first and writes then): the
    trigger stays open until the write is done.
    """
    written = threading.Event()

    def hang_up() -> None:
        written.wait(LEAVE_S)
        for channel in list(server.active_channels.values()):
            channel.handle_close()  # a channel in the middle of an answer holds its file; else nobody closes that
        for each in list(server._map.values()):
            each.close()

    server.trigger.pull_trigger(hang_up)
    written.set()


def local_engine(settings: Settings) -> Transcriber:
    """The engine to serve, its weights inspected. Raises SettingsError for one that would only ask another server, ModelError."""
    if settings.engine in ("openai-api", "recorded"):
        raise SettingsError(
            "serve-engine",
            f"serve 要用本机的引擎，而 TINGJIAN_ENGINE 是 {settings.engine}",
            "请用 --engine faster-whisper，或改这个设置",
        )
    transcriber = load_transcriber(settings)
    inspection(settings).wait()
    return transcriber


def key_of(path: Path | None) -> str:
    """The key in a file; "" without one. Raises SettingsError."""
    if path is None:
        return ""
    try:
        key = path.read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "不是文字"
        raise SettingsError("serve-key", f"密钥文件 {path} 读不到：{reason}", "请检查路径和权限") from None
    if len(key) < 16 or not all(0x20 < ord(char) < 0x7F for char in key):
        raise SettingsError(
            "serve-key",
            f"密钥文件 {path} 里要有一个至少 16 个字符的密钥（ASCII，不含空格）",
            "例如 openssl rand -hex 24",
        )
    return key
