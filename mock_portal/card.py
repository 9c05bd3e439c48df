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

from mock_portal import faults
from mock_portal.card_control import CardControl
from mock_portal.store import Enterprise, store
from mock_portal.wording import Wording

bp = Blueprint("card", __name__)

OUTDATED = ('charAt(0) !== "{"', 'charAt(0) !== "<"')  # takes every answer for no message
KEPT = {"Cache-Control": "max-age=86400"}


@bp.post("/pub/login/swcardloginurl")
def give_address() -> Response:
    """Return the address of the card box to the home page."""
    return jsonify(code=0, message="", data=url_for("login.open_form", _swCardF=1))


@bp.get("/sat/ikey")
def offer_control() -> str:
    """Show where the real portal offers the control."""
    return render_template("card/download.html")


@bp.get("/static/card.js")
def give_script() -> Response:
    """Return the script of the card box; under a fault an older one, which the browser keeps."""
    if not faults.once("card_script_outdated"):
        return current_app.send_static_file("card.js")
    with current_app.open_resource("static/card.js", "r", "utf-8") as script:
        outdated = script.read().replace(*OUTDATED)
    return Response(outdated, mimetype="text/javascript", headers=KEPT)


def show_form(refusal: Wording | None = None) -> Response:
    """Show the card box, with a new random for the card to sign."""
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
    """Return the owner of this computer: the request's enterprise, or the inserted card's owner."""
    return g.enterprise or store().card_in_reader


def _control_address() -> str:
    """Return the address where the control of this computer listens.

    The real control's port is never used: a real control with a real card may listen there.
    """
    owner = _owner_of_computer()
    if owner is None:
        return ""
    control = control_of(owner)
    control.page_opened()
    scheme = "wss" if request.scheme == "https" else "ws"
    return f"{scheme}://{control.host}"


def control_of(enterprise: Enterprise) -> CardControl:
    """Return the control of an enterprise's computer; start it on the first call."""
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
    """Find the enterprise whose card signed this browser's random, which works once."""
    form = request.form
    random = store().sessions.use_up_random(request.cookies.get("CASTGC", ""))
    owner = store().card_owner(form.get("icCard", ""))
    if owner is None or owner.account is None or random is None:
        return None
    is_signed = hmac.compare_digest(form.get("signData", ""), owner.card.sign(random))
    return owner if is_signed else None
