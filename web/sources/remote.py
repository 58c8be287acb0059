"""A folder of an SFTP server or a prefix of an S3 bucket as a source, through fsspec. It is left as it is unless asked to move.

Secrets come from a file that only its owner may read, or from where the drivers look themselves (AWS_* variables, ~/.ssh); never
from the address. The key of an SFTP server has to be known (~/.ssh/known_hosts): a stranger in between would be given passwords.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from web.kit.site import Site
from web.sources.values import TAKEN, Item, SourceError

log = logging.getLogger(__name__)
T = TypeVar("T")
PROTOCOLS = ("sftp", "s3")
PAUSES_S = (1.0, 5.0)  # before the second and the third try
KEEPALIVE_S = 15  # three without an answer end a connection
CONNECT_S = 30
INSTALL = "请运行 .venv/bin/python -m pip install -r requirements-scale.txt"


def is_remote(address: str) -> bool:
    """Whether an argument is an address and no path."""
    return "://" in address


class Remote:
    """What lies below an address. Raises SourceError, whose words hold no secrets."""

    def __init__(self, address: str, here: Site, options: Path | None = None) -> None:
        parts = urlsplit(address)
        if parts.scheme not in PROTOCOLS or not parts.hostname:
            known = "、".join(f"{name}://" for name in PROTOCOLS)
            raise SourceError(
                "source-address",
                f"不认识的地址 {parts.scheme}://",
                f"可用 {known}，如 sftp://主机/文件夹、s3://桶/文件夹",
            )
        if parts.password is not None:
            raise SourceError(
                "source-password", "地址里不要写密码：它会留在命令记录和进程列表里", "请写进 --options 指定的文件"
            )
        self._kind, self._host, self._here = parts.scheme, parts.netloc.rpartition("@")[2], here
        path = unquote(parts.path).rstrip("/")
        self._path = path or "/" if self._kind == "sftp" else f"{self._host}{path}"
        self.root: str = f"{self._kind}://{self._host}{path}"
        self._options = _options(options, self.root)
        if self._kind == "sftp":
            self._options = {
                "host": parts.hostname, "port": parts.port or 22, **({"username": parts.username} if parts.username else {}),
                "known_hosts": str(Path("~/.ssh/known_hosts").expanduser()), "keepalive_interval": KEEPALIVE_S,
                "connect_timeout": CONNECT_S, "login_timeout": CONNECT_S, **self._options,
            }  # fmt: skip
        self._fs: Any = None
        self._times: dict[str, dt.datetime] = {}

    def items(self) -> list[Item]:
        """All files below the address, by folder and name; links are not followed."""
        found = self._asked(self._found)
        made = []
        for place, told in found.items():
            inside = place.removeprefix(self._path.rstrip("/")).lstrip("/")
            if told.get("type") != "file" or not inside or inside.endswith("/"):
                continue
            changed = told.get("mtime") or told.get("LastModified")
            if isinstance(changed, dt.datetime):
                self._times[inside] = changed
            made.append(Item(inside, int(told.get("size") or 0), str(told.get("ETag") or changed or "")))
        return sorted(made, key=lambda item: item.path.split("/"))

    def _found(self, fs: Any) -> dict[str, dict[str, Any]]:
        if not fs.exists(self._path):
            raise SourceError("source-gone", f"{self.root} 不存在", "请核对地址里的文件夹")
        more = (
            {"on_error": "raise"} if self._kind == "sftp" else {}
        )  # else a folder that cannot be read is taken for an empty one
        found: dict[str, dict[str, Any]] = fs.find(self._path, detail=True, **more)
        return found

    def read(self, item: Item, most_bytes: int) -> bytes:
        if item.size_bytes > most_bytes:
            raise SourceError("too-large", f"{item.name} 太大", f"最多 {most_bytes // 1024} KB")
        content: bytes = self._asked(lambda fs: fs.cat_file(self._place(item)))
        if len(content) != item.size_bytes:
            raise SourceError("source-growing", f"{item.name} 还在写入", "写完后重新运行，会接着导入")
        return content

    @contextmanager
    def local(self, item: Item) -> Iterator[Path]:
        """A copy in a temporary folder, one file at a time. One that grew meanwhile is still being written: it is told."""
        if item.size_bytes > self._here.settings.max_file_bytes:
            raise SourceError("too-large", f"{item.name} 超过单个文件上限", "请分段导出，或请管理员调大上限")
        with tempfile.TemporaryDirectory(prefix=f"tingjian-import-{os.getpid()}-") as folder:
            if shutil.disk_usage(folder).free < 2 * item.size_bytes:
                raise SourceError(
                    "disk-full", f"临时文件夹空间不足，放不下 {item.name}", "请清理磁盘，或用 TMPDIR 指到别的磁盘"
                )
            copy = Path(folder) / f"recording{PurePosixPath(item.name).suffix[:10]}"

            def fetch(fs: Any) -> int:
                copy.unlink(missing_ok=True)
                fs.get_file(self._place(item), str(copy))
                return int(fs.info(self._place(item))["size"])

            if (size := self._asked(fetch)) != item.size_bytes or copy.stat().st_size != size:
                raise SourceError("source-growing", f"{item.name} 还在写入", "写完后重新运行，会接着导入")
            changed = self._times.get(item.path)
            if changed is not None:
                os.utime(copy, (changed.timestamp(), changed.timestamp()))
            yield copy

    def put_aside(self, item: Item) -> None:
        """Move a file into the folder `TAKEN` beside it, never over another one."""
        place = PurePosixPath(self._place(item))
        folder = place.parent / TAKEN

        def move(fs: Any) -> None:
            fs.makedirs(str(folder), exist_ok=True)
            target, number = folder / place.name, 1
            while fs.exists(str(target)):
                number += 1
                target = folder / f"{place.stem} ({number}){place.suffix}"
            if self._kind == "sftp":
                _rename(fs, str(place), str(target))
            else:
                fs.mv(str(place), str(target))

        self._asked(move)

    def close(self) -> None:
        """End the connection."""
        fs, self._fs = self._fs, None
        if fs is not None and self._kind == "sftp":
            with contextlib.suppress(Exception):  # one that broke needs no farewell
                _end(fs)

    def _place(self, item: Item) -> str:
        return f"{self._path.rstrip('/')}/{item.path}"

    def _asked(self, act: Callable[[Any], T]) -> T:
        """What the other side answers; a connection that broke is made anew, a few times."""
        for pause_s in (*PAUSES_S, None):
            try:
                if self._fs is None:
                    self._fs = _connected(self._kind, self._options)
                return act(self._fs)
            except (SourceError, FileNotFoundError):
                raise
            except Exception as error:  # every driver has errors of its own
                self.close()
                told = _explained(self.root, error)
                if pause_s is None or told.code != "source-away":
                    raise told from error
                log.info("%s: %s, tried again in %g s", self.root, type(error).__name__, pause_s)
                time.sleep(pause_s)
        raise AssertionError("the last try returns or raises")


def _connected(kind: str, options: Mapping[str, Any]) -> Any:
    """A new file system of fsspec. Raises SourceError where its driver is not installed, else what the driver raises."""
    try:
        if kind == "s3":
            from s3fs import S3FileSystem

            return S3FileSystem(**options, use_listings_cache=False, skip_instance_cache=True)
        from sshfs import SSHFileSystem
    except ImportError as error:
        raise SourceError("source-driver", f"没有安装 {kind}:// 的驱动：{error}", INSTALL) from error
    known = options.get("known_hosts")
    if known is None or not Path(str(known)).expanduser().is_file():
        raise SourceError(
            "source-host-key",
            "还不认识这台 SFTP 主机的密钥",
            f"请核对后运行 ssh-keyscan -p {options['port']} {options['host']} >> ~/.ssh/known_hosts",
        )
    told = {**options, "known_hosts": str(Path(str(known)).expanduser())}
    return SSHFileSystem(**told, sftp_client_kwargs={"path_errors": "surrogateescape"}, skip_instance_cache=True)


def _rename(fs: Any, place: str, target: str) -> None:
    """SFTP's own rename, which never replaces a file: that of sshfs removes the original even where its copy failed."""
    from fsspec.asyn import sync

    async def rename() -> None:
        async with fs._pool.get() as channel:
            await channel.rename(place, target)

    sync(fs.loop, rename)


def _end(fs: Any) -> None:
    from fsspec.asyn import sync

    async def end() -> None:
        await fs._pool.close()
        await fs._stack.aclose()

    sync(fs.loop, end, timeout=CONNECT_S)


def _explained(root: str, error: Exception) -> SourceError:
    """What the driver's error means, without its words: they may hold what nobody should read in a log."""
    names = {type(one).__name__ for one in (error, error.__cause__) if one is not None}
    if names & {"HostKeyNotVerifiable", "KeyExchangeFailed"}:
        return SourceError(
            "source-host-key",
            f"{root}：主机的密钥和 known_hosts 里的不符，或还没有",
            "请向管理员核对主机密钥，再写进 ~/.ssh/known_hosts",
        )
    if names & {"PermissionDenied", "PermissionError", "SFTPPermissionDenied", "NoCredentialsError", "ClientError"}:
        return SourceError(
            "source-denied",
            f"{root}：没有权限，或用户名、密码、密钥不对",
            "请核对 --options 文件里的写法和对方给的权限",
        )
    return SourceError("source-away", f"{root} 没有应答（{type(error).__name__}）", "请检查网络后重新运行，会接着导入")


def _options(path: Path | None, root: str) -> dict[str, Any]:
    """The options of a file whose longest key the address begins with: {"sftp://主机": {"username": …, "password": …}}."""
    if path is None:
        return {}
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SourceError("source-options", f"{path} 里有密码，但别人也能读", f"请先运行 chmod 600 {path}")
        body = json.loads(path.read_text("utf-8"))
        fitting = [key for key in body if root.startswith(key)]
        chosen = body[max(fitting, key=len)] if fitting else {}
        if not isinstance(chosen, dict):
            raise TypeError("not an object")
    except OSError as error:
        raise SourceError("source-options", f"{path} 读不了：{error.strerror}", "请核对文件名和权限") from None
    except (ValueError, TypeError, AttributeError):  # its words would quote the file
        example = '{"sftp://主机": {"username": "…", "password": "…"}, "s3://": {"endpoint_url": "…"}}'
        raise SourceError("source-options", f"{path} 不是有效的 JSON 对象", f"请写成 {example}") from None
    with contextlib.suppress(KeyError):
        del chosen["host"]  # the address says where
    return chosen
