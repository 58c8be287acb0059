"""Clauses and their parts added, taken out and moved: whole lines of the text, so that comments go with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from web.kit.i18n import gettext as _
from web.kit.i18n import in_source
from web.kit.refusals import InvalidError, StaleError
from web.kit.site import Site
from web.lexicon import blocks, yamltext
from web.lexicon.outline import Node, Path, keys_in, outline, step
from web.lexicon.yamltext import YamlTextError
from web.standards.editing import fields
from web.standards.editing.saving import LostError, Plan, Seen, Target, named, open_draft_of, text_now, text_then

MOST = 300  # clauses of a standard, parts of a clause
UP, DOWN, REMOVE = "up", "down", "remove"
ELEMENT = ("title: 新的一部分", "phrases: []")
GROUP = ("title: 新的一组", "penalty: 1", "phrases: []")


def add_clause(
    session: Session, site: Site, draft_id: int, file: str, kind: str, how: str, clause: str, text: str
) -> Plan:
    """Add a clause at the end. Raises GoneError, InvalidError."""
    draft = open_draft_of(session, draft_id)
    standing = text_now(session, site, draft, file)
    listed = _list(standing, ("items",))
    entries = listed.items if listed else []
    if not text.strip():
        raise InvalidError(_("请写上标准原文：这一条要求什么。"))
    if kind not in ("required", "forbidden") or how not in ("rule", "link", "person") or len(entries) >= MOST:
        raise InvalidError(_("不能再添加这样的条款。"))
    key = _free("clause", entries)
    rows = [f"id: {key}", f"kind: {kind}", f"how: {how}", f"clause: {_quoted(clause)}", f"text: {_quoted(text)}"]
    rows += ["when: always", *_beginning(kind, how)]
    new = _done(lambda: blocks.added(standing, entries, len(entries) - 1, rows) if entries else _first(standing, rows))
    with in_source():
        what = _("添加条款：%(what)s", what=f"{clause} {text[:16]}".strip())
    return Plan(draft.id, draft.revision, {file: new}, what, key=key)


def shape_clause(session: Session, site: Site, draft_id: int, file: str, key: str | int, do: str, seen: Seen) -> Plan:
    """Move a clause (up | down), or remove it. Raises as `add_clause`, LostError, StaleError where it was changed since."""
    draft = open_draft_of(session, draft_id)
    text = text_now(session, site, draft, file)
    entries, index = _found(text, ("items",), key)
    target = Target(file, ("items", key))
    if do == REMOVE and seen.revision != draft.revision:
        then = text_then(session, site, draft, file, seen)
        before = target.node(then) if then is not None else None
        if before is None or fields.values_of(before) != fields.values_of(entries[index]):
            raise StaleError
    what = _told(do, target, fields.values_of(entries[index]))
    new = _done(lambda: _shaped(text, entries, index, do))
    return Plan(draft.id, draft.revision, {file: new}, what)


def shape_part(session: Session, site: Site, draft_id: int, target: Target, kind: str, do: str, key: str) -> Plan:
    """Add a part to a clause (`do` add), move or remove one. Raises as `shape_clause`."""
    draft = open_draft_of(session, draft_id)
    text = text_now(session, site, draft, target.file)
    node = target.node(text)
    if node is None or kind not in fields.PARTS:
        raise LostError
    what = _told(do, target, fields.values_of(node))
    if do == "add":
        entries = node.fields[kind].items if kind in node.fields else []
        if len(entries) >= MOST:
            raise InvalidError(_("不能再添加了。"))
        new_key = _free("part", entries)
        rows = [f"id: {new_key}", *(ELEMENT if kind == "elements" else GROUP)]
        put = {"id": new_key, "title": rows[1].partition(": ")[2], "phrases": []}
        if kind == "also":
            put["penalty"] = 1
        new = _done(
            lambda: (
                blocks.added(text, entries, len(entries) - 1, rows)
                if entries
                else yamltext.edited(text, [((*target.at, kind), [put])])
            )
        )
    else:
        new_key, (entries, index) = "", _found(text, (*target.at, kind), step(key))
        new = _done(lambda: _shaped(text, entries, index, do))
    return Plan(draft.id, draft.revision, {target.file: new}, what, key=new_key)


def _shaped(text: str, entries: list[Node], index: int, do: str) -> str:
    if do == REMOVE:
        if len(entries) == 1:
            raise InvalidError(_("这是最后一个，不能删掉。"))
        return blocks.without(text, entries, index)
    if do not in (UP, DOWN):
        raise InvalidError(_("没有这样的操作。"))
    return blocks.moved(text, entries, index, 1 if do == DOWN else -1)


def _told(do: str, target: Target, values: Mapping[str, str]) -> str:
    """What was done to what, as it is written down; of something that cannot be done, nothing."""
    with in_source():
        done = {UP: _("上移"), DOWN: _("下移"), REMOVE: _("删除"), "add": _("添加一部分")}.get(do, "")
        return f"{done}：{named(target, values)}"


def _found(text: str, at: Path, key: str | int) -> tuple[list[Node], int]:
    """The entries of the list at `at`, and which of them a key names."""
    node = _list(text, at)
    keys = keys_in(node) if node is not None else []
    if node is None or key not in keys:
        raise LostError
    return node.items, keys.index(key)


def _list(text: str, at: Path) -> Node | None:
    node = outline(text).root
    for key in at:
        if node is None:
            return None
        entries = dict(zip(keys_in(node), node.items, strict=True))
        node = entries.get(key) if node.items else node.fields.get(str(key))
    return node


def _free(word: str, entries: list[Node]) -> str:
    taken = {entry.fields["id"].text for entry in entries if "id" in entry.fields}
    return next(name for i in range(len(entries) + 1, len(entries) + MOST + 2) if (name := f"{word}-{i}") not in taken)


def _beginning(kind: str, how: str) -> list[str]:
    """What a clause of its kind needs at least, to be filled in."""
    if how != "rule":
        return ["weight: 1"] if kind == "required" else ["severity: minor", "penalty: 5"]
    if kind == "forbidden":
        return ["severity: minor", "penalty: 5", "phrases: []", *_EXAMPLES]
    return ["weight: 1", "elements:", "  - id: part-1", "    title: 要说的话", "    phrases: []", *_EXAMPLES]


_EXAMPLES = ("examples:", "  match: []", "  no_match: []")


def _first(text: str, rows: list[str]) -> str:
    """The text with its first clause."""
    at = outline(text).line_of(("items",))
    lines = text.split("\n")
    new = [f"  {'- ' if i == 0 else '  '}{row}" for i, row in enumerate(rows)]
    if not at:
        return "\n".join([text.rstrip("\n"), "items:", *new, ""])
    return "\n".join([*lines[: at - 1], "items:", *new, *lines[at:]])


def _quoted(text: str) -> str:
    """A text as YAML's double quotes hold it, which are JSON's."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _done(change: Callable[[], str]) -> str:
    try:
        return change()
    except YamlTextError as error:
        raise InvalidError(_("这里存不进去：%(why)s。", why=str(error))) from error
