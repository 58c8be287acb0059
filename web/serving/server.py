"""The site's server: waitress in a few processes that share one socket, and a worker beside them where one is wanted.

A page is computed under Python's global lock: in one process five people who click at once wait for one another while
the other cores stand idle. The processes keep nothing that another would miss; what they share is in the database.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import click
from flask import Flask, current_app

from web.kit import leash, logs
from web.kit.site import Site
from web.migrations.start import ensure_current
from web.search.question import warm_up

log = logging.getLogger(__name__)
MOST_PROCESSES = 4  # unless the setting says otherwise: beyond that the database's write lock is what one waits for
BACKLOG = 1024
MOST_CONNECTIONS = 4000  # of one process; waitress's own limit of 100 is sixteen browsers
OTHER_FILES = 256  # that a process has open: the database, audio that is being listened to, bodies on their way in


def up(here: Site, *beside: Sequence[str]) -> None:
    """Serve the site with a worker and the commands `beside` it; they are stopped when the site stops, however it stops."""
    logs.configure(here.web.log_format, here.folder)
    ensure_current(here.web.database(here.settings.home), here.folder)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        _stop_once()
        for command in (("worker",), *beside):
            processes.append(subprocess.Popen([sys.executable, "-m", "web", *command]))
        listen(here)
    except KeyboardInterrupt:  # before it listened
        pass
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def listen(here: Site) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises ClickException where the address cannot be had."""
    logs.configure(here.web.log_format, here.folder)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the application behind the proxy
    listener = _bound(here)
    _stop_once()
    click.echo(f"听检网站：http://{here.web.host}:{here.web.port}（按 Ctrl-C 停止）")
    gc.collect()
    gc.freeze()  # what is loaded stays: a full collection need not walk through it amid somebody's request
    try:
        if (count := here.web.processes or min(MOST_PROCESSES, _cores())) > 1:
            _keep(count, app, here, listener)
        else:
            _serve(app, here, listener)
    except KeyboardInterrupt:
        click.echo("正在停止…")
    finally:
        listener.close()


def _keep(count: int, app: Flask, here: Site, listener: socket.socket) -> NoReturn:
    """Keep `count` processes serving: one that dies is replaced."""
    children: set[int] = set()
    try:
        while True:
            while len(children) < count:
                children.add(_fork(app, here, listener))
            gone, status = os.wait()
            if gone in children:  # not the worker, whose end its own starter sees
                children.discard(gone)
                log.warning("a process of the site ended (status %d) and is started again", status)
    finally:
        for child in children:
            os.kill(child, signal.SIGTERM)
        for child in children:
            os.waitpid(child, 0)


def _fork(app: Flask, here: Site, listener: socket.socket) -> int:
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        leash.hold(parent)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends its children
        here.db.engine.dispose(close=False)  # connections of before the fork are the parent's
        _serve(app, here, listener, shared=True)
    except KeyboardInterrupt:
        status = 0
    except BaseException:
        log.exception("a process of the site failed")
    finally:
        os._exit(status)


def _serve(app: Flask, here: Site, listener: socket.socket, *, shared: bool = False) -> None:
    from waitress import create_server

    threading.Thread(target=warm_up, args=(here.settings.cache_dir,), daemon=True).start()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # "Task queue depth is 1" is no news on a busy morning
    connections = most_connections()
    server = create_server(
        app,
        sockets=[listener],
        threads=here.web.threads,
        ident=None,
        max_request_body_size=64 * 1024**2,
        # the application believes what a proxy tells only where one is set; that there is one, /metrics must see
        clear_untrusted_proxy_headers=False,
        backlog=BACKLOG,
        connection_limit=connections,
        cleanup_interval=2,
        asyncore_use_poll=True,  # select() knows 1,024 files only
    )
    from web.serving.balance import balanced

    balanced(server, shared=shared, many=connections // 2).run()


def most_connections() -> int:
    """How many connections one process may keep open: a browser keeps up to six, used or not."""
    try:
        import resource
    except ImportError:  # Windows
        return 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = (
        MOST_CONNECTIONS + OTHER_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_CONNECTIONS + OTHER_FILES)
    )
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max(100, min(soft - OTHER_FILES, MOST_CONNECTIONS))


def _bound(here: Site) -> socket.socket:
    try:
        return socket.create_server((here.web.host, here.web.port), backlog=BACKLOG)
    except OSError as error:
        advice = f"请换一个端口，例如 TINGJIAN_WEB_PORT={here.web.port + 1}"
        raise click.ClickException(
            f"不能在 {here.web.host}:{here.web.port} 上监听（{error.strerror}）；{advice}"
        ) from None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _stop_once() -> None:
    """Have the first SIGTERM or Ctrl-C raise KeyboardInterrupt; further ones change nothing."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
