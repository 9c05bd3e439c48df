"""老用户账号绑定 and 快速注册: what the first entry asks for (guide-1.9, guide-1.10)."""

from flask import Blueprint, Response, g, jsonify, render_template, request, url_for

from mock_portal.accounts import Account
from mock_portal.entry import DESK, MENU_ID
from mock_portal.login import now, wrong_captcha
from mock_portal.rules import BINDING, QUICK_REGISTRATION, refuse_fields
from mock_portal.store import store
from mock_portal.wording import Wording

bp = Blueprint("binding", __name__, url_prefix=f"{DESK}/sw/binding")


@bp.get("/bind")
def open_binding() -> str:
    """Show 老用户账号绑定."""
    return render_template("binding/bind.html", fields=BINDING)


@bp.get("/quick")
def open_quick_registration() -> str:
    """Show 账号基本信息."""
    return render_template("binding/quick.html", fields=QUICK_REGISTRATION)


@bp.post("/bind")
def bind() -> Response:
    """Handle 绑定."""
    with store().lock:
        refusal = _on_page(wrong_captcha("bind", now())) or _refuse_binding()
        if refusal is None:
            g.signed_in.is_bound = True
    return _answer(refusal)


def _refuse_binding() -> Wording | None:
    if refusal := refuse_fields(request.form, BINDING):
        return refusal
    owner = store().local_owner(request.form["localName"].strip())
    account = owner.local_account if owner else None
    if account is None or account.password != request.form["localPwd"]:
        return Wording.WRONG_LOCAL_PASSWORD
    return Wording.BOUND_TO_ANOTHER if owner is not g.signed_in else None


@bp.post("/quick")
def quick_bind() -> Response:
    """Handle 快速绑定: make a local account and bind it."""
    form = request.form
    with store().lock:
        refusal = _on_page(wrong_captcha("quick", now())) or refuse_fields(form, QUICK_REGISTRATION)
        if refusal is None and store().local_owner(form["localName"].strip()):
            refusal = Wording.LOCAL_USER_TAKEN
        if refusal is None:
            user, mobile = form["localName"].strip(), form["mobile"].strip()
            g.signed_in.local_account = Account(user, form["localPwd"], mobile)
            g.signed_in.is_bound = True
    return _answer(refusal)


def _on_page(refusal: Wording | None) -> Wording | None:
    """Replace a captcha refusal with the desk's message, which has no digit in front."""
    return Wording.WRONG_CAPTCHA_ON_PAGE if refusal else None


def _answer(refusal: Wording | None) -> Response:
    desk = url_for("entry.open_desk", menu_id=MENU_ID)
    return jsonify(code=-1 if refusal else 0, message=refusal or Wording.BOUND, data=desk)
