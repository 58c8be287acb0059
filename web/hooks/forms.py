"""The form of a receiver."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectMultipleField, StringField

from web.hooks import acts
from web.hooks.acts import Wish
from web.hooks.words import event_names
from web.kit.forms import Form
from web.kit.i18n import gettext as _
from web.kit.refusals import FieldError
from web.kit.values import plain_text
from web.models import HookEvent

MOST_NAME = 64


def _stripped(text: str | None) -> str:
    return plain_text(text or "").strip()


class HookForm(Form):
    name = StringField(_l("名称"), filters=[_stripped], render_kw={"maxlength": MOST_NAME, "required": True})
    url = StringField(
        _l("地址"),
        filters=[_stripped],
        render_kw={"maxlength": acts.MOST_URL, "required": True, "type": "url", "placeholder": "https://"},
    )
    events = SelectMultipleField(
        _l("推送哪些事件"),
        choices=lambda: [SelectChoice(event.value, event_names()[event]) for event in acts.choices()],
        validate_choice=False,
    )

    def wish(self, *, private: bool) -> Wish:
        """What is asked for. Raises FieldError."""
        name = self.name.data or ""
        if not name or len(name) > MOST_NAME:
            raise FieldError("name", _("请填写名称，最多 %(n)s 个字。", n=MOST_NAME))
        url = acts.checked_url(self.url.data or "", private=private)
        wanted = set(self.events.data or ())
        events = tuple(HookEvent(event) for event in acts.choices() if event.value in wanted)
        if not events:
            raise FieldError("events", _("请至少选择一种事件。"))
        return Wish(name, url, events)
