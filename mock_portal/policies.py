"""保单查询 (guide-2.6, guide-2.7)."""

from datetime import date

from flask import Blueprint, Response, g, jsonify, render_template, request

from mock_portal import faults
from mock_portal.entry import DESK
from mock_portal.rules import is_found, page_size, refuse_days
from mock_portal.store import Policy, store
from mock_portal.wording import STATUS_TEXTS

bp = Blueprint("policies", __name__, url_prefix=f"{DESK}/sw/policies")


@bp.get("/list")
def list_policies() -> str:
    """Show 保单查询; `query_policies` gives its rows."""
    return render_template("policies/list.html", today=g.signed_in.clock.now().date())


@bp.get("/query")
def query_policies() -> Response:
    """Give one page of the policies that were confirmed."""
    number = request.args.get("applNo", "").strip()
    first = request.args.get("beginDate", type=date.fromisoformat)
    last = request.args.get("endDate", type=date.fromisoformat)
    if refusal := refuse_days(first, last):
        return jsonify(code=-1, message=refusal, data=None)
    policies = [
        policy
        for policy in faults.without_laggards(store().confirmed(g.signed_in))
        if is_found(policy, number, first, last)
    ]
    limit = page_size(request.args.get("limit", 10, type=int))
    offset = max(request.args.get("offset", 0, type=int), 0)
    rows = [_row(policy) for policy in policies[offset : offset + limit]]
    return jsonify(total=len(policies), rows=rows)


def _row(policy: Policy) -> dict[str, str]:
    effective = policy.effective_date
    confirmed = policy.confirmed_at
    return {
        "applNo": policy.application_no,
        "policyNo": policy.policy_no or "",
        "productName": policy.product,
        "status": STATUS_TEXTS[policy.status],
        "confirmTime": f"{confirmed:%Y-%m-%d %H:%M:%S}" if confirmed else "",
        "effectiveDate": effective.isoformat() if effective else "",
        "opinion": policy.reason,
    }
