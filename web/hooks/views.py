"""The pages of receivers, for administrators: who is told of what, the log, sending again. Nothing is sent within a request."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from web.db import now
from web.hooks import acts, page, sweep
from web.hooks.forms import HookForm
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.paging import wanted_page
from web.kit.refusals import FieldError, InvalidError
from web.kit.site import reader, site
from web.models import Hook, HookDelivery

blueprint = Blueprint("hooks", __name__, url_prefix="/hooks")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """List all receivers."""
    return render_template("hooks/index.html", hooks=page.hooks(reader()), most=acts.MOST)


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a receiver; its secret is shown once."""
    form = HookForm()
    if form.validate_on_submit():
        here = site()
        try:
            wish = form.wish(private=here.web.private_webhooks)
            with here.db.writing() as session:
                hook_id, secret = acts.add(session, here.seal, wish, viewer().id)
            return render_template("hooks/secret.html", hook_id=hook_id, name=wish.name, secret=secret, former=False)
        except FieldError as error:
            form.refuse(error)
        except InvalidError as error:
            form.refuse(FieldError("name", error.words))
    return render_template("hooks/edit.html", form=form, hook_id=None), form.status


@blueprint.get("/<int:hook_id>")
def show(hook_id: int) -> ResponseReturnValue:
    """A receiver and its log."""
    only = request.args.get("state", "")
    found = page.hook_page(reader(), hook_id, wanted_page(), now(), only) or abort(404)
    return render_template("hooks/show.html", page=found, only=only, days=sweep.KEPT.days)


@blueprint.route("/<int:hook_id>/edit", methods=["GET", "POST"])
def edit(hook_id: int) -> ResponseReturnValue:
    """Change a receiver."""
    form = HookForm(obj=reader().get(Hook, hook_id) or abort(404))
    if form.validate_on_submit():
        try:
            wish = form.wish(private=site().web.private_webhooks)
            with site().db.writing() as session:
                acts.change(session, _hook(session, hook_id), wish)
            flash(_("已保存。"), "success")
            return redirect(url_for("hooks.show", hook_id=hook_id), 303)
        except FieldError as error:
            form.refuse(error)
    return render_template("hooks/edit.html", form=form, hook_id=hook_id), form.status


@blueprint.post("/<int:hook_id>/switch")
def switch(hook_id: int) -> ResponseReturnValue:
    """Begin or cease to send."""
    on = request.form.get("on") == "yes"
    try:
        with site().db.writing() as session:
            acts.switch(session, _hook(session, hook_id), on=on)
        flash(_("已启用，等着的事件会马上发出。") if on else _("已停用，不再推送。"), "success")
    except InvalidError as error:
        flash(error.words, "danger")
    return redirect(url_for("hooks.show", hook_id=hook_id), 303)


@blueprint.post("/<int:hook_id>/secret")
def rotate(hook_id: int) -> ResponseReturnValue:
    """Give it another secret, shown once."""
    here = site()
    with here.db.writing() as session:
        hook = _hook(session, hook_id)
        secret, name = acts.rotate(session, here.seal, hook, now()), hook.name
    return render_template("hooks/secret.html", hook_id=hook_id, name=name, secret=secret, former=True)


@blueprint.post("/<int:hook_id>/ping")
def ping(hook_id: int) -> ResponseReturnValue:
    """Have a test sent."""
    try:
        with site().db.writing() as session:
            delivery_id = acts.ping(session, _hook(session, hook_id))
    except InvalidError as error:
        flash(error.words, "danger")
        return redirect(url_for("hooks.show", hook_id=hook_id), 303)
    flash(_("测试已交给后台进程，几秒钟后刷新看结果。"), "success")
    return redirect(url_for("hooks.delivery", delivery_id=delivery_id), 303)


@blueprint.get("/deliveries/<int:delivery_id>")
def delivery(delivery_id: int) -> ResponseReturnValue:
    """One delivery: what is sent, and every attempt."""
    found = page.delivery_page(reader(), delivery_id, now(), site().web.public_url) or abort(404)
    return render_template("hooks/delivery.html", page=found)


@blueprint.post("/deliveries/<int:delivery_id>/replay")
def replay(delivery_id: int) -> ResponseReturnValue:
    """Send it again."""
    try:
        with site().db.writing() as session:
            acts.replay(session, session.get(HookDelivery, delivery_id) or abort(404), now())
        flash(_("已交给后台进程重新发送，编号不变。"), "success")
    except InvalidError as error:
        flash(error.words, "danger")
    return redirect(url_for("hooks.delivery", delivery_id=delivery_id), 303)


def _hook(session: Session, hook_id: int) -> Hook:
    found: Hook = session.get(Hook, hook_id) or abort(404)
    return found
