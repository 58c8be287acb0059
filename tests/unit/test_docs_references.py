"""What documents and comments point to is there: sections, files, licences; nothing points outside the checkout."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

from analyzer.settings import ROOT

FOLDERS = ("analyzer", "benchmarks", "docs", "lexicons", "samples", "tests", "web")
TEXT = {".py", ".md", ".yaml", ".toml", ".txt", ".html", ".js", ".css"}
DOCUMENTS = ("ARCHITECTURE", "CONTRACTS", "DECISIONS", "RELIABILITY")
# Where the optional folder beside the checkout is read or explained, each saying that it is optional.
READS_SHARED = ("benchmarks/", "tests/", "requirements-bench.txt", "samples/README.md")


@cache
def files() -> tuple[Path, ...]:
    """Every text file of the checkout, but for what others wrote."""
    below = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    paths = sorted(path for path in (*ROOT.iterdir(), *below) if path.suffix in TEXT and path.is_file())
    return tuple(path for path in paths if path.name == "README.md" or not {"vendor", "fixtures"} & set(path.parts))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def sections(document: str) -> frozenset[str]:
    text = (ROOT / "docs" / f"{document}.md").read_text("utf-8")
    return frozenset(re.findall(r"^#+ (\d+(?:\.\d+)?)", text, re.MULTILINE))


def cited(text: str) -> set[tuple[str, str]]:
    """(document, section) of every `RELIABILITY §1.11`, and of each further one in `§1.1, §1.5`."""
    pairs = set()
    for document, rest in re.findall(r"\b([A-Z]{4,})(?:\.md)? ((?:(?:, )?§\s?\d+(?:\.\d+)?)+)", text):
        pairs |= {(document, section) for section in re.findall(r"\d+(?:\.\d+)?", rest)}
    return pairs


def test_every_section_that_is_cited_exists() -> None:
    missing = [
        f"{name_of(path)}: {document} §{section}"
        for path in files()
        for document, section in sorted(cited(path.read_text("utf-8")))
        if document not in DOCUMENTS or section not in sections(document)
    ]
    assert missing == []
    assert {section for path in files() for _, section in cited(path.read_text("utf-8"))} >= {"1.11", "4.1", "6", "7"}


def test_nothing_points_to_documents_outside_the_checkout() -> None:
    outside = [
        f"{name_of(path)}: {line.strip()}"
        for path in files()
        for line in path.read_text("utf-8").splitlines()
        if "../shared" in line and not name_of(path).startswith(READS_SHARED)
    ]
    assert outside == []
    for name in ("benchmarks/README.md", "requirements-bench.txt", "samples/README.md", "benchmarks/kit/places.py"):
        assert "optional" in (ROOT / name).read_text("utf-8"), name


DOCS = [p for p in files() if p.suffix == ".md" and "results" not in p.parts and p.name != "CHANGELOG.md"]
ENDING = r"(?:py|md|yaml|json|txt|toml|html|css|js|sh)"


def places(document: Path) -> set[str]:
    """Paths that a document links or puts in backticks: files by their ending, folders by the slash at their end."""
    text = re.sub(r"```.*?```", "", document.read_text("utf-8"), flags=re.DOTALL)
    links = {link for link in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in link}
    quoted = re.findall(rf"`((?:[\w.-]+/)*[\w.-]+\.{ENDING}|(?:[\w.-]+/)+)`", text)
    return links | set(quoted)


def exists(place: str, document: Path) -> bool:
    """From the document's folder or one above it; a bare name also below its folder, but for the documents of the whole."""
    folder = document.parent
    bases = [folder, *(parent for parent in folder.parents if parent.is_relative_to(ROOT))]
    anywhere = (
        "/" not in place.rstrip("/") and folder not in (ROOT, ROOT / "docs") and any(folder.rglob(place.rstrip("/")))
    )
    return anywhere or any((base / place).exists() for base in bases)


# Made when the product runs, or named as an example of a user's own file.
MADE = {"manifest.json", "huey.db", "tingjian.db", "audio/", "result.json", "accuracy.md", "tokens.txt"}


@pytest.mark.parametrize("document", DOCS, ids=name_of)
def test_every_file_and_folder_that_a_document_names_exists(document: Path) -> None:
    assert [place for place in sorted(places(document) - MADE) if not exists(place, document)] == []


def listed() -> dict[str, str]:
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", (ROOT / "THIRD_PARTY.md").read_text("utf-8"), re.MULTILINE
    )
    return {name: version for name, version in rows if name != "package"}


def test_every_pinned_package_stands_in_third_party_with_its_version() -> None:
    lines = (line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines())
    pinned = dict(line.split("==") for line in lines if line)
    assert {name: listed().get(name) for name in pinned} == pinned


def test_every_vendored_library_stands_in_third_party_with_its_version() -> None:
    readme = (ROOT / "web" / "static" / "vendor" / "README.md").read_text("utf-8")
    vendored = dict(re.findall(r"^\| [\w.-]+ \| (\S+) \([^|]*\) \| ([\d.]+) \|", readme, re.MULTILINE))
    assert len(vendored) >= 6
    assert {name: listed().get(name) for name in vendored} == vendored
    folders = {path.name for path in (ROOT / "web" / "static" / "vendor").iterdir() if path.is_dir()}
    assert folders == set(re.findall(r"^\| ([\w.-]+) \|", readme, re.MULTILINE)) - {"folder", "---"}


def test_every_package_that_the_code_imports_is_pinned() -> None:
    code = "\n".join(
        p.read_text("utf-8") for p in files() if p.suffix == ".py" and p.parts[len(ROOT.parts)] in ("analyzer", "web")
    )
    imported = set(re.findall(r"^\s*(?:from|import) (\w+)", code, re.MULTILINE))
    owners = metadata.packages_distributions()
    pinned = {
        re.sub(r"[-_.]+", "-", re.split("==|\\[", line)[0]).lower()
        for name in ("requirements.txt", "requirements-scale.txt")
        for line in (ROOT / name).read_text("utf-8").splitlines()
        if "==" in line
    }
    loose = {
        package: owner
        for package in imported
        if (owner := {re.sub(r"[-_.]+", "-", o).lower() for o in owners.get(package, [])}) and not owner & pinned
    }
    assert loose == {}


@pytest.mark.parametrize("package", ["analyzer", "web", "benchmarks"])
def test_the_layers_in_the_architecture_are_those_that_are_enforced(package: str) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["type"] == "layers" and c["containers"] == [package])
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text("utf-8")
    block = re.search(rf"^{package}:\n\n```\n(.*?)```", text, re.MULTILINE | re.DOTALL)
    assert block, f"docs/ARCHITECTURE.md lists no layers of {package}"
    assert block.group(1).splitlines() == [layer for layer in reversed(layers) if not layer.startswith("__")]
