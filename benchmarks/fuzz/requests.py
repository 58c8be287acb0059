"""Requests to every route of the URL map: some parts as the pages send them, some hostile."""

from __future__ import annotations

import io
import random
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule

from benchmarks.fuzz import hostile

WEB = Path(__file__).parents[2] / "web"
# how a name of an argument or field stands in views and templates
NAMES = (
    re.compile(r"\.get(?:list)?\(\s*f?\"([\w-]+)"),
    re.compile(r"\bname=\"([\w-]+)\""),
    re.compile(r"\bchosen\(\"([\w-]+)\""),
    re.compile(r"^    (\w+) = (?:\w*Field)\(", re.MULTILINE),
)
PART = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
USUAL = (
    "1", "2", "0", "yes", "no", "met", "missed", "confirm", "set", "withdraw", "upheld", "rejected", "technician", "customer",
    "speaker", "retry", "delete", "assign", "rejudge", "export", "sample", "returned", "risk", "2026-11", "2026-11-23", "12w",
    "property-visit", "greeting", "wang", "1001", "WO-1", "note", "东区",
)  # fmt: skip
HEADERS = {
    "HX-Request": ("true",),
    "Accept": ("application/json", "text/html", "*/*;q=²", "x" * 2000),
    "Accept-Language": ("zh-CN", "en;q=nan", "²", "x" * 3000),
    "Range": ("bytes=0-1", "bytes=-1", "bytes=²-", "bytes=99999999999999999999-", "bytes=5-1", "items=0-1"),
    "If-None-Match": ('"x"', "*", "W/", '"' + "x" * 500),
    "If-Modified-Since": ("Thu, 01 Jan 9999 00:00:00 GMT", "x", "Thu, 01 Jan 0001 00:00:00 GMT"),
    "Content-Type": (
        "application/json",
        "text/plain; charset=²",
        "multipart/form-data",
        "multipart/form-data; boundary=",
    ),
    "Referer": ("x", "//evil.example"),
    "X-Forwarded-For": ("²", "::1, 256.1.1.1"),
}
UPLOAD = {"name": "a.m4a", "size": 1000, "modified": 1_700_000_000_000, "sample": "ab", "details": {"staff_no": "1001"}}
REST = (
    {"name": "a.m4a", "size": 1000, "sample": "ab", "details": {"staff_no": "1001", "recorded_at": "2026-11-24T09:00"}},
    {"details": {"order_no": "WO-1", "facts": {"late": True}, "technician_channel": 1}},
    {"do": "set", "verdict": "met", "note": "x", "seen": "x"},
    {"staff_no": "1001", "job_kind": "水管", "appointment_at": "2026-11-24T09:00:00+08:00", "facts": {"late": None}},
    {"orders": [{"order_no": "WO-7", "staff_no": "1001", "facts": {"late": True}}]},
)
TABLES = (
    (("工号", "姓名", "班组", "在职"), (("1001", "王师傅", "东区", "是"), ("1007", "赵师傅", "西区", ""))),
    (("工单号", "工号", "预约时间", "完成时间", "迟到"), (("WO-7", "1001", "2026-11-24 09:00", "", "是"),)),
    (("文件名", "标准", "工号", "时间", "声道"), (("a.m4a", "入户", "1001", "2026-11-24 09:00", "左"),)),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as the test client takes it; `path` holds the query, quoted byte by byte."""

    endpoint: str
    method: str
    path: str
    more: dict[str, Any] = field(default_factory=dict)


class Noted(MultiDict[str, str]):
    """Arguments that note which names a view asks for, so that the next request has them."""

    asked: set[str]

    def get(self, key: str, *more: Any, **named: Any) -> Any:
        self.asked.add(key)
        return super().get(key, *more, **named)

    def getlist(self, key: str, *more: Any, **named: Any) -> Any:
        self.asked.add(key)
        return super().getlist(key, *more, **named)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)

    def to_dict(self, flat: bool = True) -> dict[str, Any]:
        made: Any = self if flat else super().to_dict(flat)
        return made


@dataclass
class Maker:
    """Makes requests from one seed. `known`: ids and words that lead somewhere."""

    app: Flask
    chance: random.Random
    known: tuple[str, ...]
    asked: dict[str, set[str]] = field(default_factory=dict)  # names that the views of an endpoint asked for

    def __post_init__(self) -> None:
        asked, plain = self.asked, self.app.request_class

        def noted(request: Any, values: Any) -> Noted:
            made = Noted(values)
            made.asked = asked.setdefault(request.endpoint or "", set())
            return made

        class Noting(plain):  # type: ignore[valid-type,misc]  # the application's own class
            @cached_property
            def args(self) -> Any:
                return noted(self, super().args)

            @cached_property
            def form(self) -> Any:
                return noted(self, super().form)

        self.app.request_class = Noting

    @cached_property
    def rules(self) -> list[Rule]:
        return sorted(self.app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))

    @cached_property
    def pool(self) -> dict[str, list[str]]:
        """Names of arguments and fields by blueprint, read from views and templates: for the first request."""
        made: dict[str, list[str]] = {}
        for name in {rule.endpoint.partition(".")[0] for rule in self.rules}:
            made[name] = sorted(_names_in(WEB / name) | _names_in(WEB / "templates" / name)) or ["x"]
        return made

    def request(self, rule: Rule) -> Sent:
        method = self.chance.choice(sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}))
        path = PART.sub(lambda part: _quoted(self._part(rule, part[1])), rule.rule)
        if self.chance.random() < 0.8:
            path += "?" + self._pairs(rule, 0.5)
        more: dict[str, Any] = {} if method == "GET" else self._body(rule)
        more["headers"] = {
            name: self.chance.choice(values) for name, values in HEADERS.items() if self.chance.random() < 0.06
        }
        return Sent(rule.endpoint, method, path, more)

    def _part(self, rule: Rule, name: str) -> str:
        items = getattr(rule._converters[name], "items", None)
        if items and self.chance.random() < 0.9:
            return str(self.chance.choice(sorted(items)))
        if self.chance.random() < 0.7:
            return self.chance.choice(self.known)
        numeric = "Integer" in type(rule._converters[name]).__name__
        hostiles = hostile.NUMBERS if numeric else self.chance.choice(hostile.KINDS)
        return self.chance.choice(hostiles).replace("/", "") or "x"

    def _pairs(self, rule: Rule, share: float) -> str:
        """Values for a share of the names that the views asked for (none yet: some of the pool), at most one of them doubled."""
        names = [name for name in sorted(self.asked.get(rule.endpoint, ())) if self.chance.random() < share]
        pool = self.pool[rule.endpoint.partition(".")[0]]
        names += [self.chance.choice(pool) for _ in range(3 if not self.asked.get(rule.endpoint) else 1)]
        hostile_share = self.chance.choice(
            (0.1, 0.5, 1.0)
        )  # one strange value among usual ones, or nothing but strange
        return "&".join(f"{_quoted(name)}={_quoted(self._value(name, hostile_share))}" for name in names)

    def _value(self, name: str, hostile_share: float) -> str:
        if self.chance.random() < hostile_share:
            return hostile.named(self.chance, name)
        return self.chance.choice(USUAL if self.chance.random() < 0.5 else self.known)

    def _body(self, rule: Rule) -> dict[str, Any]:
        act = self.chance.random()
        if rule.rule.startswith("/api/"):
            return self._api()
        if act < 0.05:
            return {"data": self.chance.randbytes(200)}
        if "import" in rule.rule or act < 0.1:
            heads, rows = self.chance.choice(TABLES)
            return {"data": {"file": (io.BytesIO(hostile.table(self.chance, heads, rows)), "a.csv")}}
        return {"data": self._pairs(rule, 0.9), "content_type": "application/x-www-form-urlencoded"}

    def _api(self) -> dict[str, Any]:
        act = self.chance.random()
        if act < 0.2:
            heads, rows = self.chance.choice(TABLES)
            return {"data": hostile.table(self.chance, heads, rows)}
        if act < 0.3:
            deep = hostile.nested(self.chance.choice((10, 100, 5_000, 100_000)))
            return {"data": f'{{"names": {deep}, "details": {deep}}}', "content_type": "application/json"}
        document = self.chance.choice(({"names": ["20260105_1001__回访.amr", "x"]}, UPLOAD, *REST))
        made = hostile.dumped(hostile.broken(self.chance, document, self.chance.randint(0, 3)))
        return {"data": made, "content_type": "application/json"}


def _names_in(folder: Path) -> set[str]:
    files = [*folder.rglob("*.py"), *folder.rglob("*.html")]
    return {found[1] for path in files for pattern in NAMES for found in pattern.finditer(path.read_text("utf-8"))}


def _quoted(value: str) -> str:
    return quote_from_bytes(value.encode("utf-8", "surrogatepass"), safe="")
