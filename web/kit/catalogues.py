"""What the pages say in other languages: web/translations/<language>/LC_MESSAGES/messages.po, read when first asked for.

The .po files are what people edit and what is used: nothing has to be compiled, at installing or at starting.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Mapping
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).parents[1] / "translations"
SOURCE = "zh_Hans_CN"  # the language in which the code is written
# "%(n)s recording(s)": one or several, by the number that stands before
_COUNTED = re.compile(r"%\((\w+)\)s((?: [a-z-]+){1,3}?)\(s\)")


@functools.cache
def catalogue(language: str) -> NullTranslations:
    """The translations of a language; the source's leave every text as it is. Raises OSError where its file is missing."""
    if language == SOURCE:
        return NullTranslations()
    compiled = io.BytesIO()
    with _file(language).open("rb") as file:
        read = read_po(file)
    write_mo(compiled, read)
    compiled.seek(0)
    made = Translations(compiled)
    vars(made)["_catalog"][""] = ""  # gettext answers an empty text with the head of the file
    return made


@functools.cache
def script_texts(language: str) -> Mapping[str, str]:
    """What the scripts say in a language."""
    if language == SOURCE:
        return {}
    with _file(language).open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string and "script" in m.auto_comments}


def _file(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def counted(said: str, values: Mapping[str, object]) -> str:
    """Settle each "%(n)s recording(s)" of a text by its number; what is filled in later is not looked at.

    >>> counted("%(n)s recording(s)", {"n": 1}), counted("%(n)s recording(s)", {"n": 2})
    ('%(n)s recording', '%(n)s recordings')
    """
    if "(s)" not in said:
        return said
    return _COUNTED.sub(lambda hit: f"%({hit[1]})s{hit[2]}{'' if str(values.get(hit[1])) == '1' else 's'}", said)
