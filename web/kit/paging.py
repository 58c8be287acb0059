"""Lists in pages: where one stands, what the database is asked for, where the links lead."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from web.kit.values import number as whole_number


@dataclass(frozen=True, slots=True)
class Paging:
    """Page `number` (from 1) of `pages` (at least 1) with `size` rows each, `total` in all."""

    number: int
    pages: int
    size: int
    total: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size


def paging(wanted: int, total: int, size: int = 50) -> Paging:
    """The wanted page, or the nearest that there is: an address outlives the rows it was made for."""
    pages = max(1, -(-total // size))
    return Paging(min(max(wanted, 1), pages), pages, size, total)


def wanted_page() -> int:
    """The page that the request's address asks for."""
    return request.args.get("page", 1, type=whole_number)


def page_link(number: int) -> str:
    """The request's own address, filters and all, for another page of it."""
    arguments = request.args.to_dict(flat=False) | {"page": [str(number)]}
    return f"{request.script_root}{request.path}?{urlencode(arguments, doseq=True)}"
