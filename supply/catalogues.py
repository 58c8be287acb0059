"""`python -m supply.catalogues`: bring the catalogues of web/translations up to what the pages now say.

Traditional Chinese is made anew by OpenCC and the glossary beside it; English keeps what people wrote, drops what nobody says
any more, and lists what is missing; the manuals of docs/manuals get their Traditional ones beside them.
`python -m supply.catalogues FILE` first takes translations from FILE: lines of the Chinese text and its English, with a tab
between them (a line break within a text is written \\n).
"""

from __future__ import annotations

import datetime as dt
import io
import re
import sys
import tomllib
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from web.kit.checkup_sentences import meanings
from web.kit.sentences import shapes

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "web" / "translations"
MANUALS = ROOT / "docs" / "manuals"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("static/js/**.js", "javascript")]
KEYWORDS = {"_": None, "_l": None}
IN_SCRIPTS = "script"  # the comment of a text that scripts say too
ENGLISH, TRADITIONAL = "en", "zh_Hant"
_ALWAYS = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # a file's time tells nothing, and would differ at every run
_KEPT = re.compile(r"%\(\w+\)[.\d]*[sdf]|\{\w+\}|</?\w[^>]*>|[A-Za-z_][A-Za-z0-9_./:@-]*")


def said() -> dict[str, bool]:
    """Every text of pages, messages and scripts, every sentence that is written down, and what settings mean, with whether
    a script says it."""
    found: dict[str, bool] = {}
    everywhere = extract_from_dir(
        ROOT / "web",
        METHODS,
        keywords=KEYWORDS,
        directory_filter=lambda _folder: True,  # Babel would leave _parts out
    )
    for file, _line, message, _comments, _context in everywhere:
        for text in (message,) if isinstance(message, str) else message:
            found[text] = found.get(text, False) or file.endswith(".js")
    found |= {text: found.get(text, False) for text in (*shapes(), *meanings())}
    return dict(sorted(found.items()))


def catalogue_file(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> dict[str, str]:
    """What a catalogue says for each text; {} where there is none yet."""
    path = catalogue_file(language)
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}


def traditional(texts: Iterable[str]) -> dict[str, str]:
    """The texts in Traditional characters with the words of web/translations/zh_Hant/words.toml; placeholders stay."""
    import opencc

    convert = opencc.OpenCC("s2twp").convert
    kept = tomllib.loads((FOLDER / TRADITIONAL / "words.toml").read_text("utf-8"))
    words: Mapping[str, str] = kept["words"]
    whole: Mapping[str, str] = kept["whole"]
    verbatim = re.compile("|".join([_KEPT.pattern, *map(re.escape, kept["verbatim"])]))
    longest = sorted(words, key=len, reverse=True)
    own = re.compile("|".join(map(re.escape, longest))) if longest else None

    def piece(text: str) -> str:
        if own is None:
            return str(convert(text))
        at, made = 0, []
        for hit in own.finditer(text):
            made += [str(convert(text[at : hit.start()])), words[hit[0]]]
            at = hit.end()
        return "".join([*made, str(convert(text[at:]))])

    def told(text: str) -> str:
        at, made = 0, []
        for hit in verbatim.finditer(text):
            made += [piece(text[at : hit.start()]), hit[0]]
            at = hit.end()
        return "".join([*made, piece(text[at:])])

    return {text: whole.get(text) or told(text) for text in texts}


def traditional_manual(text: str) -> str:
    """A manual in Traditional characters: names of buttons as the pages say them, addresses as they stand."""
    parts = re.split(r"(「[^」]+」|\]\([^)]+\))", text)
    names = traditional(part[1:-1] for part in parts if part.startswith("「"))
    told = traditional(part for part in parts if part and not part.startswith(("「", "](")))
    made = "".join(f"「{names[part[1:-1]]}」" if part.startswith("「") else told.get(part, part) for part in parts)
    return made.replace("](pictures/", "](../pictures/")


def write_manuals() -> None:
    """Make those of docs/manuals/zh_Hant anew."""
    for source in MANUALS.glob("*.md"):
        path = MANUALS / TRADITIONAL / source.name
        path.parent.mkdir(exist_ok=True)
        path.write_text(traditional_manual(source.read_text("utf-8")), "utf-8")


def content(language: str, strings: Mapping[str, str], scripts: Container[str]) -> bytes:
    """A catalogue as it stands in its file: the same for the same strings, whatever the day."""
    catalogue = Catalog(
        language, project="Tingjian", version="1", charset="utf-8", creation_date=_ALWAYS, revision_date=_ALWAYS,
        fuzzy=False, header_comment="# Made by `make catalogues`.",
    )  # fmt: skip
    for text in sorted(strings):
        catalogue.add(text, strings[text], auto_comments=[IN_SCRIPTS] if text in scripts else [])
    made = io.BytesIO()
    write_po(made, catalogue, width=0, sort_output=True, omit_header=False)
    return made.getvalue()


def written(path: Path) -> dict[str, str]:
    """Translations from a file of lines: the Chinese, a tab, the English. Raises ValueError naming the line."""
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        text, tab, english = line.partition("\t")
        if not tab or not english.strip():
            raise ValueError(f"{path}:{number}: write the Chinese text, a tab and the English")
        found[text.replace("\\n", "\n")] = english.replace("\\n", "\n")
    return found


def main() -> int:
    texts = said()
    english = read(ENGLISH) | meanings() | (written(Path(sys.argv[1])) if len(sys.argv) > 1 else {})
    made = {
        TRADITIONAL: traditional(texts),
        ENGLISH: {text: english.get(text, "") for text in texts},
    }
    for language, strings in made.items():
        path = catalogue_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(language, strings, {text for text, scripted in texts.items() if scripted}))
    write_manuals()
    missing = [text for text, string in made[ENGLISH].items() if not string]
    sys.stdout.write(f"{len(texts)} texts; English is missing for {len(missing)}\n")
    sys.stdout.writelines(f"{text}\t\n".replace("\n", "\\n", text.count("\n")) for text in missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
