"""Where requests go: the address, the key and the proxy that settings and environment name. Nothing is sent from here."""

from __future__ import annotations

import base64
import ipaddress
import urllib.parse
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import SettingsError
from analyzer.settings import Settings

URL, KEY, KEY_FILE = "TINGJIAN_SPEECH_URL", "TINGJIAN_SPEECH_KEY", "TINGJIAN_SPEECH_KEY_FILE"


@dataclass(frozen=True, slots=True)
class Address:
    """Where requests go: `path` is the base path without a slash at its end."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def shown(self) -> str:
        """What may be told of it: no user, no password, no query."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}{self.path}"

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        with suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return False


def address(url: str) -> Address:
    """The address that the setting names. Raises SettingsError."""
    if not url.strip():
        raise SettingsError(
            "speech-url", f"语音引擎 openai-api 需要服务器的地址，而 {URL} 是空的", "例如 http://gpu:8700/v1"
        )
    try:
        parts = urllib.parse.urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise SettingsError("speech-url", f"{URL} 不是可用的地址", "应写成 http(s)://主机:端口/v1") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("speech-url", f"{URL} 要以 http:// 或 https:// 开头，后面是主机", "例如 http://gpu:8700/v1")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise SettingsError("speech-url", f"{URL} 里不能带用户名、密码、? 或 #", f"密钥请填在 {KEY} 或 {KEY_FILE}")
    if any(ord(char) <= 0x20 or ord(char) > 0x7E for char in parts.path):
        raise SettingsError("speech-url", f"{URL} 的路径里有空格或非 ASCII 字符", "请改用 %XX 的写法")
    path = parts.path.rstrip("/").removesuffix("/audio/transcriptions")
    secure = parts.scheme == "https"
    return Address(secure, parts.hostname, port or (443 if secure else 80), path)


def key(settings: Settings) -> str:
    """The key to send, "" for none. Raises SettingsError that never holds it."""
    found, name = settings.speech_key, KEY
    if settings.speech_key_file:
        name = KEY_FILE
        if settings.speech_key:
            raise SettingsError("speech-key", f"{KEY} 和 {KEY_FILE} 只能填一个", "请去掉其中一个")
        try:
            found = Path(settings.speech_key_file).expanduser().read_text("utf-8")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "不是文字"
            raise SettingsError("speech-key", f"{name} 指的密钥文件读不到：{reason}", "请检查路径和权限") from None
        if not found.strip():
            raise SettingsError("speech-key", f"{name} 指的密钥文件是空的", "请写入密钥，或去掉这个设置")
    found = found.strip()
    if not all(0x20 < ord(char) < 0x7F for char in found):
        raise SettingsError("speech-key", f"{name} 里有空格、换行或非 ASCII 字符", "请只写密钥本身")
    return found


@dataclass(frozen=True, slots=True)
class Proxy:
    host: str
    port: int
    headers: dict[str, str]


def proxy(where: Address) -> Proxy | None:
    """The environment's proxy for this address: none for our own machine, and none that NO_PROXY takes out."""
    host = f"{where.host}:{where.port}"
    named = urllib.request.getproxies_environment().get("https" if where.secure else "http")
    if where.is_loopback or not named or urllib.request.proxy_bypass(host):
        return None
    try:
        parts = urllib.parse.urlsplit(named if "//" in named else f"http://{named}")
        port = parts.port
    except ValueError:
        parts, port = urllib.parse.SplitResult("", "", "", "", ""), None
    if parts.scheme != "http" or not parts.hostname:
        raise SettingsError("speech-proxy", "环境变量里的代理地址不能用", "请写成 http://主机:端口，或用 NO_PROXY 排除")
    headers = {}
    if parts.username is not None:
        whole = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(whole.encode()).decode()}"
    return Proxy(parts.hostname, port or 80, headers)
