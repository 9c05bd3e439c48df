"""待确认: the list, the form behind 处理, 查看单证 and 确认投保 (guide-2.1 to guide-2.5)."""

import io

from flask import Blueprint, Response, g, jsonify, render_template, request, send_file
from flask.typing import ResponseReturnValue

from mock_portal import faults
from mock_portal.documents import renewal_document
from mock_portal.entry import DESK
from mock_portal.rules import CONTACT, page_size, refuse_confirmation
from mock_portal.store import ContactFields, Policy, Status, store
from mock_portal.wording import STATUS_TEXTS, Wording, declaration

bp = Blueprint("pending", __name__, url_prefix=f"{DESK}/sw/pending")

CONTACT_FIELDS = ("contactName", "contactPhone", "contactMobile", "contactEmail", "remarks")


@bp.get("/list")
def list_pending() -> str:
    """Show 待确认; `query_pending` gives its rows."""
    return render_template("pending/list.html")


@bp.get("/query")
def query_pending() -> Response:
    """Give one page of 待确认."""
    policies = faults.order(store().pending(g.signed_in))
    faults.repage()
    limit = page_size(request.args.get("limit", 10, type=int))
    offset = max(request.args.get("offset", 0, type=int), 0)
    rows = [_row(policy) for policy in policies[offset : offset + limit]]
    uncounted = 1 if faults.find("list_miscounted") else 0
    return jsonify(total=len(policies) + uncounted, rows=rows)


def _row(policy: Policy) -> dict[str, str]:
    return {
        "applNo": policy.application_no,
        "etpsName": g.signed_in.name,
        "productName": policy.product,
        "pushDate": policy.pushed_on.isoformat(),
        "status": STATUS_TEXTS[policy.status],
    }


def _asked_for() -> Policy | None:
    return store().policy_of(g.signed_in, request.args.get("applNo", ""))


@bp.get("/form")
def open_form() -> str:
    """Show 投保确认 for one policy."""
    policy = _asked_for()
    if policy is None or policy.status is not Status.PENDING:
        return _gone()
    page = _form(policy)
    faults.change(policy)
    return page


def _gone() -> str:
    return render_template("pending/gone.html", text=Wording.NOT_PENDING)


def _form(policy: Policy) -> str:
    return render_template(
        "pending/form.html",
        policy=policy,
        enterprise=g.signed_in,
        status=STATUS_TEXTS[policy.status],
        document=Wording.RENEWAL_DOCUMENT,
        document_in_window=faults.find("document_in_window"),
        document_in_same_tab=faults.find("document_in_same_tab"),
        is_refreshed=faults.find("form_refreshed"),
        rewritten=faults.params("input_rewritten"),
        asks=faults.params("confirmation_asked").get("how"),
        closes_at=faults.params("desk_closes").get("at"),
        fields=CONTACT,
        clauses=declaration(reworded=faults.find("declaration_reworded") is not None),
        wording=Wording,
    )


@bp.get("/view")
def view_document() -> str:
    """Show 查看单证 in a viewer, for `document_in_window` and `document_in_same_tab`."""
    policy = _asked_for()
    if policy is None:
        return _gone()
    return render_template("pending/document.html", policy=policy)


@bp.get("/document")
def give_document() -> ResponseReturnValue:
    """Give the bytes of 查看单证, as a download unless a viewer asks for them."""
    policy = _asked_for()
    if policy is None:
        return _gone()
    edition = faults.count("document_changed")
    return send_file(
        io.BytesIO(renewal_document(g.signed_in, policy, edition)),
        mimetype="application/pdf",
        as_attachment="inline" not in request.args,
        download_name=f"{Wording.RENEWAL_DOCUMENT}.pdf",
    )


def note_arrival() -> None:
    """Record a 确认投保 as soon as it arrives, before anything can happen to it."""
    if request.endpoint == "pending.confirm":
        sent = (request.form.get(name, "") for name in CONTACT_FIELDS)
        g.arrival = store().note_arrival(request.form.get("applNo", ""), ContactFields(*sent))


def _settle(policy: Policy | None) -> Wording | None:
    refusal = refuse_confirmation(policy, request.form)
    store().settle(policy, g.arrival, refusal)
    return refusal


@bp.post("/confirm")
def confirm() -> Response:
    """Handle 确认投保 and answer in the desk's envelope; a negative code is a refusal."""
    policy = store().policy_of(g.signed_in, request.form.get("applNo", ""))
    faults.before_commit(policy, g.arrival, refuse_confirmation(policy, request.form))
    with store().lock:
        refusal = _settle(policy)
        if faults.find("confirmation_replayed"):
            note_arrival()
            refusal = _settle(policy)
    faults.after_commit(refusal)
    return jsonify(code=-1 if refusal else 0, message=refusal or Wording.CONFIRMED, data=None)
