"""The settings of the company's login, read once and checked at start."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from web.config import PREFIX, SettingsError, WebSettings
from web.models import UserRole

EVERY_TEAM = "*"


@dataclass(frozen=True, slots=True)
class Rules:
    """Where people log in, and what their claims mean here. Never printed with the secret."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    groups_claim: str
    roles: tuple[tuple[str, UserRole], ...]
    teams: tuple[tuple[str, str], ...]
    username_claim: str
    staff_claim: str
    create: bool
    button: str
    public_url: str

    @property
    def local(self) -> bool:
        """Whether the provider is on this very machine: only then may it be without HTTPS."""
        return is_loopback(self.issuer)


def rules(web: WebSettings) -> Rules | None:
    """The company's login, None where the site has none. Raises SettingsError naming the setting and the mend."""
    if not web.oidc_issuer:
        return None
    parts = urlsplit(web.oidc_issuer)
    if parts.scheme != "https" and not is_loopback(web.oidc_issuer):
        raise _bad("oidc_issuer", web.oidc_issuer, "要以 https:// 开头（本机上的除外）")
    if not parts.hostname or parts.query or parts.fragment:
        raise _bad("oidc_issuer", web.oidc_issuer, "请照认证服务写的 issuer 原样填，不带 ? 和 #")
    if not web.oidc_client_id:
        raise _bad("oidc_client_id", "", "请填上在认证服务登记的 client_id")
    if "openid" not in web.oidc_scope.split():
        raise _bad("oidc_scope", web.oidc_scope, "里面要有 openid")
    roles = tuple((group, _role(name)) for group, name in _pairs("oidc_roles", web.oidc_roles))
    if not roles:
        raise _bad("oidc_roles", "", "请写明哪个用户组是什么身份，例如 qa=qa; managers=manager")
    return Rules(
        issuer=web.oidc_issuer,
        client_id=web.oidc_client_id,
        client_secret=_secret(web),
        scope=web.oidc_scope,
        groups_claim=web.oidc_groups_claim,
        roles=roles,
        teams=_pairs("oidc_teams", web.oidc_teams),
        username_claim=web.oidc_username_claim,
        staff_claim=web.oidc_staff_claim,
        create=web.oidc_create,
        button=web.oidc_button,
        public_url=web.public_url.rstrip("/"),
    )


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _pairs(name: str, text: str) -> tuple[tuple[str, str], ...]:
    """`a=b; c=d`; a group's own name may hold commas and equals signs (`CN=qa,OU=x=qa`)."""
    found = []
    for one in text.replace("；", ";").split(";"):
        if not one.strip():
            continue
        group, sign, meaning = one.rpartition("=")
        if not sign or not group.strip() or not meaning.strip():
            raise _bad(name, one.strip(), "请写成 用户组=含义，用分号分开")
        found.append((group.strip(), meaning.strip()))
    return tuple(found)


def _role(name: str) -> UserRole:
    try:
        return UserRole(name)
    except ValueError:
        raise _bad("oidc_roles", name, f"身份只有：{'、'.join(UserRole)}") from None


def _secret(web: WebSettings) -> str:
    if web.oidc_client_secret or not web.oidc_client_secret_file:
        return web.oidc_client_secret
    path = Path(web.oidc_client_secret_file).expanduser()
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise _bad("oidc_client_secret_file", str(path), f"文件读不了：{error.__class__.__name__}") from None
    if not lines or not lines[0].strip():
        raise _bad("oidc_client_secret_file", str(path), "文件的第一行是空的")
    return lines[0].strip()


def _bad(name: str, value: str, advice: str) -> SettingsError:
    return SettingsError("oidc", f"设置 {PREFIX}{name.upper()} 的值 {value!r} 不能用", advice)
