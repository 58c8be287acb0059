"""What the program wrote down in Simplified Chinese, said in the reader's language."""

from __future__ import annotations

from web.kit.catalogues import catalogue
from web.kit.i18n import language


def told(text: str) -> str:
    """Return a text of the program in the request's language; what people wrote themselves stays as it is."""
    return str(catalogue(language()).ugettext(text)) if text else ""
