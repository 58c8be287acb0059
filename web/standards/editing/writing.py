"""What was typed into a form as changes of the YAML: only fields that differ are written, the rest stays as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from web.kit.marks import mark
from web.lexicon import yamltext
from web.lexicon.outline import Path, step
from web.standards.editing.fields import COMPLEX, NOT, PARTS
from web.standards.editing.specs import CHOICE, LINES, NUMBER, TRUTH, Spec

_NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,6})?")


def written(text: str, at: Path, specs: Mapping[str, Spec], before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The text with the fields of the mapping at `at` that differ put as they are in `after`; "" takes a key out.

    Where nothing differs the text is returned as it is. Raises YamlTextError.
    """
    changes = [
        ((*at, *path_of(name)), value_of(name, after[name], specs))
        for name in sorted(after, key=_late)
        if after[name] != before.get(name, "") and not _only_kept(name, after[name], specs)
    ]
    return yamltext.edited(text, changes) if changes else text


def _only_kept(name: str, typed: str, specs: Mapping[str, Spec]) -> bool:
    """Whether it is a condition that a form cannot choose; a phrase may begin with any sign."""
    spec = spec_of(name, specs)
    return spec is not None and spec.kind == CHOICE and typed.startswith(COMPLEX)


def spec_of(name: str, specs: Mapping[str, Spec]) -> Spec | None:
    """The spec of a field, also of one in a part (`elements.hello.title`); None where a form has none such."""
    head, _, rest = name.partition(".")
    return specs.get(f"{head}.*.{rest.partition('.')[2]}" if head in PARTS else name)


def path_of(name: str) -> Path:
    head, _, rest = name.partition(".")
    if head in PARTS:
        key, _, field = rest.partition(".")
        return (head, step(key), field)
    return tuple(name.split("."))


def value_of(name: str, typed: str, specs: Mapping[str, Spec]) -> Any:
    """The value that the YAML holds for what was typed; None where the key goes."""
    if not typed:
        return None
    spec = spec_of(name, specs)
    if spec is None:
        return typed
    if spec.kind == LINES:
        return typed.split("\n")
    if name == "when" and typed.startswith(NOT):
        return {"not": typed.removeprefix(NOT)}
    if spec.choices is not None and set(TRUTH) <= set(spec.choices) and typed in ("true", "false"):
        return typed == "true"
    if spec.kind == NUMBER and _NUMBER.fullmatch(typed):
        return float(typed) if "." in typed else int(typed)
    return typed


def told(names: Iterable[str], specs: Mapping[str, Spec]) -> str:
    """Which fields a change was about, in the words of the form."""
    labels = dict.fromkeys(str(spec.label) for name in names if (spec := spec_of(name, specs)))
    return mark("、").join(labels)


def _late(name: str) -> tuple[int, str]:
    """Ids last: the paths of the others name them."""
    return (name.split(".")[-1] == "id", name)
