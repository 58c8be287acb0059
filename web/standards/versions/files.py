"""Standards as files, out and in: the folder as a zip that `analyzer --lexicons` takes, a .yaml or such a zip back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from web.kit.i18n import gettext as _
from web.kit.lexicons import CHECKLIST, PATH, paths_of, text_of
from web.kit.refusals import InvalidError
from web.kit.site import Site
from web.lexicon import drafts
from web.models import StandardDraft

MAX_BYTES = 8_000_000  # of what is uploaded
MAX_UNPACKED = 20_000_000
MAX_FILES = 500


def packed(folder: Path) -> bytes:
    """The folder's files as a zip, the same bytes for the same files; `meanings/` is not in it (it was shipped)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths_of(folder):
            entry = zipfile.ZipInfo(path)  # of 1980: the time says nothing
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (text_of(folder, path) or "").encode())
    return out.getvalue()


def unpacked(name: str, content: bytes) -> dict[str, str]:
    """What was uploaded, by path; a single file has the path "". Raises InvalidError in words."""
    if len(content) > MAX_BYTES:
        raise InvalidError(_("文件太大：最多 %(n)s MB。", n=MAX_BYTES // 1_000_000))
    if content[:4] != b"PK\x03\x04":
        return {"": _text(name, content)} if content.strip() else {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise InvalidError(_("压缩包里的文件太多或太大。"))
            found = {}
            for entry in entries:
                path = entry.filename.removeprefix("lexicons/")
                if PATH.fullmatch(path) and path != CHECKLIST:
                    with archive.open(entry) as file:
                        found[path] = _text(path, file.read(drafts.MAX_BYTES + 1))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise InvalidError(_("压缩包打不开：可能不完整或有密码。")) from error
    if not found:
        raise InvalidError(_("压缩包里没有标准的文件（*.yaml、shared/*.yaml）。"))
    return found


def changed(
    session: Session, here: Site, draft: StandardDraft, texts: Mapping[str, str], standard_id: str
) -> dict[str, str]:
    """Of what was uploaded that which differs from the draft: the standard's own file and shared ones, by path."""
    own = f"{standard_id}.yaml"
    named = {own if path == "" else path: text for path, text in texts.items()}
    chosen = {path: text for path, text in named.items() if path == own or "/" in path}
    return {path: text for path, text in chosen.items() if drafts.text_in(session, here, draft, path) != text}


def _text(name: str, content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidError(_("%(name)s 不是文字文件。", name=name or _("文件")))
