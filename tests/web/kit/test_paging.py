"""Lists in pages."""

from __future__ import annotations

import pytest
from flask import Flask

from web.kit.paging import page_link, paging


@pytest.mark.parametrize(
    ("wanted", "total", "number", "pages", "offset"),
    [(1, 0, 1, 1, 0), (1, 50, 1, 1, 0), (2, 51, 2, 2, 50), (9, 51, 2, 2, 50), (-3, 51, 1, 2, 0)],
)
def test_what_lies_outside_becomes_the_nearest_page(
    wanted: int, total: int, number: int, pages: int, offset: int
) -> None:
    place = paging(wanted, total)
    assert (place.number, place.pages, place.offset) == (number, pages, offset)


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("/staff/orders", "?page=2"),
        ("/staff/orders?q=栋&page=9", "?q=%E6%A0%8B&page=2"),
        ("/x?endpoint=a", "?endpoint=a&page=2"),
    ],
)
def test_links_keep_the_filters_of_the_address(app: Flask, address: str, link: str) -> None:
    with app.test_request_context(address):
        assert page_link(2) == address.split("?")[0] + link
