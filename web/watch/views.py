"""/health, /ready, /metrics."""

from __future__ import annotations

import ipaddress

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from web.kit.site import site
from web.watch.metrics import exposition
from web.watch.networks import networks
from web.watch.readiness import readiness

blueprint = Blueprint("watch", __name__)
_BY_A_PROXY = "X-Forwarded-For"


@blueprint.get("/health")
def health() -> ResponseReturnValue:
    """Tell a supervisor that this process answers; it asks neither database nor disk."""
    return {"ok": True}


@blueprint.get("/ready")
def ready() -> ResponseReturnValue:
    """Tell whether all that the site needs is there."""
    found = readiness(site())
    return {"ready": all(found.values()), "checks": found}, 200 if all(found.values()) else 503


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Tell Prometheus how the work is going."""
    if not _may_read():
        abort(403)
    return Response(exposition(site()), content_type=CONTENT_TYPE_LATEST)


def _may_read() -> bool:
    """By address. A request that came through a proxy which is not trusted has nobody's address: it is refused."""
    trusted = "werkzeug.proxy_fix.orig" in request.environ
    if _BY_A_PROXY in request.headers and not trusted:
        return False
    try:
        asking = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(asking in network for network in networks(site().web.metrics_from))
