"""Read `lexicons/shared/`: phrase lists, facts, role cues, inventions, jieba user words and stop words."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from analyzer.domain import Role
from analyzer.rubric.fields import Fields
from analyzer.rubric.model import Cue, FactRule, FrameWords, PhraseList, RoleCue, Shared, Where
from analyzer.rubric.phrases import Lists, read_phrases
from analyzer.rubric.problems import Findings, Problem
from analyzer.rubric.terms import read_who
from analyzer.rubric.yamlfile import read

FOLDER = "shared"
_SECTIONS = ("lists", "facts", "roles", "frames", "inventions")
MEANINGS = "meanings"
SURNAMES = "surnames.txt"
_SURNAME = re.compile(r"[\u3400-\u9fff]{1,6}\??")


@dataclass(frozen=True, slots=True)
class SharedReading:
    """The shared values with the lists that standards read their phrases with, and what is wrong in the files."""

    shared: Shared
    lists: Lists
    problems: tuple[Problem, ...]


def shared_files(folder: Path) -> list[Path]:
    """Return the files that all standards of a folder share, in the order of their names: `shared/`, and the readers."""
    names = [path for path in sorted((folder / FOLDER).glob("*")) if path.suffix in {".yaml", ".txt"}]
    return [path for path in [*names, *_reader_files(folder)] if path.is_file()]


def _reader_files(folder: Path) -> list[Path]:
    return sorted((folder / MEANINGS).glob("*.npz"))


def _fingerprints(folder: Path) -> dict[str, str]:
    """Return the meanings that a folder has readers of, with 16 hex digits of the SHA-256 of each one's file."""
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in _reader_files(folder)}


def read_shared(folder: Path) -> SharedReading:
    """Read all shared files of a lexicon folder; a folder without any gives empty values."""
    roots: list[Fields] = []
    findings: list[Findings] = []
    complete = True
    for path in shared_files(folder):
        if path.suffix != ".yaml":
            continue
        findings.append(Findings(path.as_posix()))
        node = read(path, findings[-1])
        complete = complete and node is not None
        if node is not None:
            roots.append(Fields(node, findings[-1]))
            roots[-1].keys(["schema"], _SECTIONS)
            roots[-1].schema()
    list_fields = _named(roots, "lists")
    findings.append(Findings((folder / FOLDER / SURNAMES).as_posix()))
    lists = Lists(list_fields, complete, _fingerprints(folder), _surnames(folder, findings[-1]))
    for name, fields in list_fields.items():
        fields.keys(["title", "phrases"], ["except", "meaning", "names"])
        lists.get(name)
    shared = Shared(
        lists={name: lists.get(name) for name in list_fields},
        facts=_facts(roots, lists),
        roles=_roles(roots, lists),
        frames=_frames(roots, lists),
        inventions=tuple(node.text.strip() for root in roots for node in root.texts("inventions")),
        stopwords=_lines(folder / FOLDER / "stopwords.txt"),
        words=_lines(folder / FOLDER / "words.txt"),
    )
    return SharedReading(shared, lists, tuple(p for f in findings for p in f.problems))


def _surnames(folder: Path, findings: Findings) -> tuple[str, ...]:
    """Return the surnames of the folder; a line that is none and one that is there twice are reported."""
    path = folder / FOLDER / SURNAMES
    listed: dict[str, str] = {}
    text = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    for number, line in enumerate(text.splitlines(), 1):
        name = line.strip()
        if not name or name.startswith("#"):
            continue
        if not _SURNAME.fullmatch(name):
            findings.add("bad-surname", number, text=name)
        elif name.rstrip("?") in listed:
            findings.add("same-surname", number, name=name.rstrip("?"))
        else:
            listed[name.rstrip("?")] = name
    return tuple(listed.values())


def _named(roots: list[Fields], section: str) -> dict[str, Fields]:
    """Return the named mappings of a section from all files; a name that is there twice is reported."""
    named: dict[str, Fields] = {}
    for root in roots:
        entries = root.child(section)
        for name, node in entries.node.fields.items() if entries else ():
            fields = Fields(node, root.findings, name, name)
            if name in named:
                first = named[name]
                fields.report(
                    "duplicate-id",
                    node.key_line,
                    id=name,
                    first=f" {first.findings.file}:{first.node.key_line}",
                )
                continue
            fields.check_id(name, node.key_line)
            named[name] = fields
    return named


def _facts(roots: list[Fields], lists: Lists) -> dict[str, FactRule]:
    named = _named(roots, "facts")
    facts: dict[str, FactRule] = {}
    for name, fields in named.items():
        fields.keys(["title", "default"], ["opposite", "heard", "meaning", "taken_back"])
        opposite = fields.text("opposite")
        if opposite and (opposite not in named or opposite == name):
            fields.unknown("unknown-fact", fields.line("opposite"), opposite, [n for n in named if n != name])
        facts[name] = FactRule(
            name,
            fields.text("title", name),
            fields.flag("default", False),
            _cues(fields, lists, "heard"),
            opposite,
            lists.reading(fields),
            _cues(fields, lists, "taken_back"),
        )
    return facts


def _cues(fields: Fields, lists: Lists, key: str) -> tuple[Cue, ...]:
    cues = []
    for node in fields.nodes(key):
        cue = Fields(node, fields.findings, fields.item, key)
        cue.keys(["phrases"], ["who", "except"])
        cues.append(Cue(read_who(cue), *read_phrases(cue, lists)))
    return tuple(cues)


def _roles(roots: list[Fields], lists: Lists) -> dict[Role, tuple[RoleCue, ...]]:
    known = [Role.TECHNICIAN.value, Role.CUSTOMER.value]
    roles: dict[Role, tuple[RoleCue, ...]] = {}
    for root in roots:
        section = root.child("roles")
        if section is None:
            continue
        section.keys([], known)
        for name in known:
            cues = [_role_cue(Fields(n, root.findings, name, "roles"), lists) for n in section.nodes(name)]
            roles[Role(name)] = roles.get(Role(name), ()) + tuple(cues)
    return roles


def _role_cue(fields: Fields, lists: Lists) -> RoleCue:
    fields.keys(["phrases", "weight"], ["where", "except"])
    phrases, exceptions = read_phrases(fields, lists)
    weight = fields.number("weight", 1.0, low=0, high=4)
    return RoleCue(phrases, weight, fields.choice("where", Where, Where.ANYWHERE), exceptions)


def _frames(roots: list[Fields], lists: Lists) -> dict[FrameWords, PhraseList]:
    known = [name.value for name in FrameWords]
    frames: dict[FrameWords, PhraseList] = {}
    for root in roots:
        section = root.child("frames")
        if section is None:
            continue
        section.keys([], known)
        for name in known:
            if name not in section:
                continue
            fields = Fields(section.node.fields[name], root.findings, name, name)
            fields.keys(["title", "phrases"], ["except"])
            phrases, exceptions = read_phrases(fields, lists, min_chars=1, owner=name)
            frames[FrameWords(name)] = PhraseList(name, fields.text("title", name), phrases, exceptions)
    return frames


def _lines(path: Path) -> tuple[str, ...]:
    """Return the lines of a word list without comments (#), blank lines and surrounding spaces."""
    if not path.is_file():
        return ()
    lines = (line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
