"""保险公司: the back office where a person decides on confirmed policies (guide-2.6, guide-2.7)."""

from datetime import date

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mock_portal.doors import demand_token
from mock_portal.store import DECISIONS, Status, store
from mock_portal.wording import STATUS_TEXTS

bp = Blueprint("insurer", __name__, url_prefix="/insurer")
bp.before_request(demand_token)


@bp.get("/")
def list_confirmed() -> str:
    """Show the confirmed policies, the latest first."""
    enterprises = store().enterprises
    policies = [one for owner in enterprises.values() for one in store().confirmed(owner)]
    policies.sort(key=lambda policy: str(policy.confirmed_at), reverse=True)
    return render_template(
        "insurer/list.html", policies=policies, enterprises=enterprises, texts=STATUS_TEXTS
    )


@bp.post("/<application_no>")
def decide(application_no: str) -> ResponseReturnValue:
    """Handle 承保, 退回 or 拒绝."""
    _demand_own_page()
    policy = store().policies.get(application_no)
    decision = request.form.get("decision", "")
    if policy is None or decision not in DECISIONS:
        abort(Response("没有这张保单，或没有这种决定。", 404))
    with store().lock:
        if policy.status is Status.CONFIRMED:
            reason = request.form.get("reason", "").strip()
            effective = request.form.get("effectiveDate", type=date.fromisoformat)
            store().decide(policy, Status(decision), reason, effective)
    return redirect(url_for("insurer.list_confirmed"))


def _demand_own_page() -> None:
    """Refuse a decision that another site's page sent."""
    if request.headers.get("Origin") != request.host_url.rstrip("/"):
        abort(Response("请在保险公司的页面上操作。", 403))
