"""The forms of a technician and of a work order; their numbers are given once and never change."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice, SelectField

from web.kit.forms import Form, RuleField, boolean
from web.kit.site import site
from web.staff.registry import STAFF_RULES, order_rules

YES_NO = [SelectChoice("", _l("不填")), SelectChoice("yes", _l("是")), SelectChoice("no", _l("否"))]


class TechnicianForm(Form):
    staff_no = RuleField(_l("工号"), STAFF_RULES["staff_no"], render_kw={"maxlength": 32, "required": True})
    name = RuleField(_l("姓名"), STAFF_RULES["name"], render_kw={"maxlength": 64, "required": True})
    team = RuleField(_l("班组"), STAFF_RULES["team"], render_kw={"maxlength": 64, "list": "teams"})
    active = BooleanField(_l("在职"), default=True)
    example_consent = BooleanField(_l("本人同意把说得好的片段给同事作示范"))


def order_form(facts: Mapping[str, str], staff: Mapping[str, str], stated: Mapping[str, str]) -> Form:
    """`facts`: titles by name; `staff`: what is shown by number; `stated`: the row's cells, facts as yes or no."""
    rules = order_rules(site().zone)
    numbers = [SelectChoice("", "—"), *(SelectChoice(number, shown) for number, shown in staff.items())]
    time = {"type": "datetime-local"}

    class OrderForm(Form):
        order_no = RuleField(_l("工单号"), rules["order_no"], render_kw={"maxlength": 64, "required": True})
        staff_no = SelectField(_l("技师"), coerce=rules["staff_no"], choices=numbers, validate_choice=False)
        job_kind = RuleField(_l("类型"), rules["job_kind"], render_kw={"maxlength": 32})
        address_note = RuleField(_l("地址备注"), rules["address_note"], render_kw={"maxlength": 200})
        appointment_at = RuleField(_l("预约时间"), rules["appointment_at"], render_kw=time)
        finished_at = RuleField(_l("完成时间"), rules["finished_at"], render_kw=time)

    for name, title in facts.items():  # under a name of its own: a fact may be called what a form's method is called
        choice = SelectField(
            title,
            coerce=boolean,
            choices=YES_NO,
            validate_choice=False,
            invalid_value_message=_l("请填“是”或“否”，或留空。"),
            name=name,
            id=f"fact-{name}",
        )
        setattr(OrderForm, f"fact_{name}", choice)
    return OrderForm(data={**stated, **{f"fact_{name}": stated.get(name, "") for name in facts}})
