"""Which addresses the site sends nothing to by itself, however they are written."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.kit.addresses import RefusedError, is_public, resolved

INNER = st.one_of(
    *(st.ip_addresses(network=n) for n in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
        "0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4",
    ))
)  # fmt: skip
FORMS: tuple[Callable[[ipaddress.IPv4Address], str], ...] = (
    str,
    lambda a: str(int(a)),
    lambda a: hex(int(a)),
    lambda a: ".".join(f"0{int(part):o}" for part in str(a).split(".")),
    lambda a: "{}.{}".format(str(a).split(".")[0], int(a) & 0xFFFFFF),
)


@given(INNER, st.sampled_from(FORMS))
def test_however_it_is_written_an_inner_address_is_refused(
    address: ipaddress.IPv4Address, form: Callable[[ipaddress.IPv4Address], str]
) -> None:
    with pytest.raises((RefusedError, OSError)):
        resolved(form(address), 443, private=False)


@given(INNER)
def test_an_inner_address_inside_another_is_refused(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for carried in (
        ipaddress.IPv6Address(0xFFFF << 32 | number),  # mapped
        ipaddress.IPv6Address(number),  # compatible
        ipaddress.IPv6Address(0x2002 << 112 | number << 80),  # 6to4
        ipaddress.IPv6Address((0x64FF9B << 96) | number),  # NAT64
    ):
        assert not is_public(carried), carried


@pytest.mark.parametrize("address", ["::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "fec0::1", "2001:db8::1"])
def test_inner_addresses_of_version_six_are_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "203.107.1.33", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_ones_are_not(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_one_inner_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(2, 1, 6, "", (a, 443)) for a in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: answer)
    with pytest.raises(RefusedError):
        resolved("robot.example", 443, private=False)
