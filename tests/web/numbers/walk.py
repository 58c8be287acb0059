"""Going through a page's figures: each link of a figure states its number, and its list holds as many rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask.testing import FlaskClient

from tests.web.html import page

# where figures lead: path of the list -> what its page says of its length, and what each of its rows begins with
LISTS = {
    "/recordings/": (re.compile(r"共 ([\d,]+) 段"), '<td class="name">'),
    "/scorecards/words/said": (re.compile(r"共 ([\d,]+) 段录音"), '<li class="list-group-item'),
    "/review/differences": (re.compile(r"共 ([\d,]+) 条"), '<li class="card card-body">'),
    "/due": (None, '<td class="tabular text-nowrap">WO'),
}
NOTICE = re.compile(r"发布时（[0-9-]+ 第 \d+ 版）是 (\d+) 段，现在是 (\d+) 段")
ROWS = {"/recordings/": 50, "/review/differences": 20, "/scorecards/words/said": 20, "/due": 500}  # a page


@dataclass
class Walk:
    """What one viewer was shown: `figures` by list, `wrong` in words."""

    client: FlaskClient
    figures: dict[str, int] = field(default_factory=dict)
    notices: int = 0
    wrong: list[str] = field(default_factory=list)
    _opened: dict[str, str] = field(default_factory=dict)

    def go(self, address: str) -> None:
        """Check all figures of a page."""
        for href, text, stated in links(self.client, address):
            path = urlsplit(href).path
            where = f"{address}: “{text}” -> {href}"
            if stated is None:
                self.wrong.append(f"{where}: a figure's link without data-count")
                continue
            numbers = [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", text)]
            if numbers and int(stated) not in numbers:
                self.wrong.append(f"{where}: it says {numbers} and counts {stated}")
            self.figures[path] = self.figures.get(path, 0) + 1
            self._compare(where, path, href, int(stated))

    def _compare(self, where: str, path: str, href: str, wanted: int) -> None:
        if href not in self._opened:
            self._opened[href] = self.client.get(href).get_data(as_text=True)
        shown = self._opened[href]
        says, row = LISTS[path]
        rows = shown.count(row)
        notice = NOTICE.search(shown)
        if notice is not None:  # a published figure that is none of today's: the list says both
            self.notices += 1
            told, wanted = int(notice[1]), int(notice[2])
            if told == wanted or f"was={told}" not in href:
                self.wrong.append(f"{where}: a notice of {told} and {wanted}")
        stated = says.search(shown) if says else None
        total = int(stated[1].replace(",", "")) if stated else rows
        if total != wanted or rows != min(wanted, ROWS[path]):
            self.wrong.append(f"{where}: {wanted} counted, the list says {total} and shows {rows}")


def links(client: FlaskClient, address: str) -> Iterator[tuple[str, str, str | None]]:
    """The links of a page's body that lead to lists: address, text, the number that they state."""
    for link in page(client.get(address)).one("main").all("a"):
        href = link.get("href") or ""
        if urlsplit(href).path in LISTS and urlsplit(href).query:
            yield href, link.text, link.get("data-count")
