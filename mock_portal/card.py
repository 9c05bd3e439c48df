"""卡介质: log-in with the legal person's card (guide-1.3, guide-1.4, faq-2, faq-3)."""

import hmac
import secrets
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)

from mock_portal.card_control import CardControl
from mock_portal.store import Enterprise, store
from mock_portal.wording import Wording

bp = Blueprint("card", __name__)


@bp.post("/pub/login/swcardloginurl")
def give_address() -> Response:
    """Tell the home page where the card box is."""
    return jsonify(code=0, message="", data=url_for("login.open_form", _swCardF=1))


@bp.get("/sat/ikey")
def offer_control() -> str:
    """Show where the real portal offers the control."""
    return render_template("card/download.html")


def show_form(refusal: Wording | None = None) -> Response:
    """Show the card box, with something new for the card to sign."""
    random = secrets.token_hex(16)
    visit = request.cookies.get("CASTGC") or secrets.token_hex(16)
    store().sessions.expect_random(visit, random)
    owner = _owner_of_computer()
    page = render_template(
        "card/form.html",
        random=random,
        control=_control_address(),
        today=f"{owner.clock.now():%Y-%m-%d}" if owner else "",
        refusal=refusal,
    )
    answer = make_response(page)
    answer.set_cookie("CASTGC", visit, httponly=True, samesite="Lax")
    return answer


def _owner_of_computer() -> Enterprise | None:
    """Tell whose computer this is: the scope cookie's, or whosever card was put in by its door."""
    return g.enterprise or store().card_in_reader


def _control_address() -> str:
    """Tell the page where the control of this computer listens.

    The port of the real control is never used: it may be there, with a real card in it.
    """
    owner = _owner_of_computer()
    if owner is None:
        return ""
    control = control_of(owner)
    control.page_opened()
    scheme = "wss" if request.scheme == "https" else "ws"
    return f"{scheme}://{control.host}"


def control_of(enterprise: Enterprise) -> CardControl:
    """Return the control of an enterprise's computer, started when it is first asked for."""
    with store().lock:
        enterprise.control = enterprise.control or _start_control(enterprise)
        return enterprise.control


def _start_control(enterprise: Enterprise) -> CardControl:
    return CardControl(
        enterprise.card,
        enterprise.clock.now,
        lambda: {fault.id: fault.params for fault in enterprise.faults},
        origin="{0.scheme}://{0.netloc}".format(urlsplit(request.url)),
        tls=current_app.config["TLS"],
    )


def owner_of_signature() -> Enterprise | None:
    """Find the enterprise whose card signed what this browser was given to sign, once."""
    form = request.form
    random = store().sessions.use_up_random(request.cookies.get("CASTGC", ""))
    owner = store().card_owner(form.get("icCard", ""))
    if owner is None or owner.account is None or random is None:
        return None
    is_signed = hmac.compare_digest(form.get("signData", ""), owner.card.sign(random))
    return owner if is_signed else None
