"""HTML in tests is read by a parser: `page(response)` fails on a parse error and answers CSS-like questions."""

from __future__ import annotations

from xml.etree import ElementTree

import html5lib
from werkzeug.test import TestResponse


class Node:
    """An element with the few questions that tests ask."""

    def __init__(self, element: ElementTree.Element) -> None:
        self.element = element

    def all(self, tag: str = "*", **attributes: str) -> list[Node]:
        """Return all descendants with the tag and attributes (`class_` must be among the classes; `data_x` is data-x)."""
        found = []
        for element in self.element.iter():
            if not isinstance(element.tag, str) or tag not in ("*", element.tag):
                continue
            for name, wanted in attributes.items():
                value = element.get(name.rstrip("_").replace("_", "-"))
                if value is None or (wanted not in value.split() if name == "class_" else wanted != value):
                    break
            else:
                found.append(Node(element))
        return found

    def one(self, tag: str = "*", **attributes: str) -> Node:
        """Return the only such descendant."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} × {tag} {attributes}"
        return found[0]

    def get(self, name: str) -> str | None:
        """Return an attribute."""
        return self.element.get(name)

    @property
    def text(self) -> str:
        """All text inside, runs of white space as one space."""
        return " ".join("".join(self.element.itertext()).split())


def page(response: TestResponse, status: int = 200) -> Node:
    """Return the answer's document; the status must be `status` and the HTML without parse errors."""
    assert response.status_code == status, f"{response.status_code}: {response.get_data(as_text=True)[:500]}"
    text = response.get_data(as_text=True)
    parser = html5lib.HTMLParser(
        tree=html5lib.treebuilders.getTreeBuilder("etree"), namespaceHTMLElements=False, strict=False
    )
    whole = text.lstrip().lower().startswith("<!doctype")
    if whole:
        root = parser.parse(text)
    else:
        root = ElementTree.Element("div")
        root.extend(list(parser.parseFragment(text)))
    errors = [(place, code) for place, code, _ in parser.errors if code != "expected-doctype-but-got-start-tag"]
    assert not errors, f"HTML errors: {errors[:5]}"
    return Node(root)
