"""Who may read /metrics, as the setting lists it."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

from web.config import SettingsError


def networks(listed: str) -> list[IPv4Network | IPv6Network]:
    """The networks of a list of addresses. Raises SettingsError."""
    try:
        return [ip_network(part.strip(), strict=False) for part in listed.split(",") if part.strip()]
    except ValueError as error:
        raise SettingsError("networks", f"不是网络地址：{error}", "例如 127.0.0.1, 10.0.0.0/8") from None
