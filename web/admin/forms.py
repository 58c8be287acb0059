"""The form of an account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import BooleanField, SelectChoice, SelectField, StringField

from web.kit.forms import Form
from web.kit.i18n import gettext as _
from web.kit.pages import ROLE_NAMES
from web.kit.site import reader
from web.kit.values import number
from web.models import Team, Technician, UserRole

_MISSING = {"invalid_value_message": _l("请填写这一项。"), "invalid_choice_message": _l("请填写这一项。")}


def _optional_id(value: str | int) -> int | None:
    return number(str(value)) if value else None


def _stripped(text: str | None) -> str:
    return (text or "").strip()[:254]


def _staff() -> list[SelectChoice]:
    rows = reader().execute(select(Technician.id, Technician.staff_no, Technician.name).order_by(Technician.staff_no))
    return [SelectChoice("", "—"), *(SelectChoice(i, f"{staff_no} {name}") for i, staff_no, name in rows)]


def _teams() -> list[SelectChoice]:
    rows = reader().execute(select(Team.id, Team.name).order_by(Team.name))
    return [SelectChoice("", _("全部班组")), *(SelectChoice(i, name) for i, name in rows)]


class UserForm(Form):
    username = StringField(
        _l("用户名"), filters=[_stripped], render_kw={"maxlength": 64, "required": True, "autocomplete": "off"}
    )
    name = StringField(_l("姓名"), filters=[_stripped], render_kw={"maxlength": 64, "required": True})
    role = SelectField(
        _l("身份"),
        coerce=UserRole,
        default=UserRole.QA,
        choices=[SelectChoice(role, name) for role, name in ROLE_NAMES.items()],
        **_MISSING,
    )
    technician_id = SelectField(_l("对应的人员（身份为技师时必填）"), coerce=_optional_id, choices=_staff, **_MISSING)
    team_id = SelectField(_l("主管的班组"), coerce=_optional_id, choices=_teams, **_MISSING)
    email = StringField(
        _l("邮箱（收周报用，可不填）"), filters=[_stripped], render_kw={"type": "email", "maxlength": 254}
    )
    active = BooleanField(_l("启用"))
