"""How a clause reads otherwise, in words: of forbidden words 「达标」 is 「没有说」."""

from __future__ import annotations

from web.dryrun.difference import Way
from web.kit.i18n import gettext as _


def way_words() -> dict[tuple[str, str], str]:
    """(kind, way) → words."""
    both = {
        Way.SUSPECTED: _("新的疑似"),
        Way.LEFT_OPEN: _("改为无法判断"),
        Way.DECIDED: _("原来无法判断，现在能判"),
        Way.APPLIES: _("原来不适用，现在适用"),
        Way.DROPPED: _("改为不适用"),
        Way.ADDED: _("新条款"),
        Way.REMOVED: _("条款已取消"),
    }
    required = {Way.LOST: _("达标 → 未达标"), Way.GAINED: _("未达标 → 达标"), **both}
    forbidden = {Way.LOST: _("没有说 → 说了"), Way.GAINED: _("说了 → 没有说"), **both}
    return {
        (kind, way.value): words
        for kind, named in (("required", required), ("forbidden", forbidden))
        for way, words in named.items()
    }
