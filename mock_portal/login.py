"""账号登录: the log-in box of the home page, its captcha, the way in and out (guide-1.2)."""

import secrets
import uuid

from flask import (
    Blueprint,
    Response,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from mock_portal import captcha, card
from mock_portal.rules import refuse_log_in
from mock_portal.store import store
from mock_portal.wording import Wording

bp = Blueprint("login", __name__)


@bp.get("/")
def front() -> ResponseReturnValue:
    """Lead to the home page."""
    return redirect(url_for("login.home"))


@bp.get("/index.action")
def home() -> str:
    """Show the home page: the log-in box, or for those signed in 地方特色应用."""
    return render_template("login/home.html", enterprise=g.signed_in)


@bp.post("/pub/login/localloginurl")
def give_local_address() -> Response:
    """Tell the home page where 本地登录 is."""
    return jsonify(code=0, message="", data=url_for("login.open_local_form"))


@bp.get("/pub/login/local")
def open_local_form() -> Response:
    """Show 本地登录, and begin a visit."""
    return make_response(render_template("login/local.html"))


@bp.get("/cas/login")
def open_form() -> ResponseReturnValue:
    """Show the log-in form, and begin a visit; the card box is the same address with _swCardF."""
    if "_swCardF" in request.args:
        return card.show_form()
    answer = _form(user="")
    if "CASTGC" not in request.cookies:
        visit = secrets.token_hex(16)
        answer.set_cookie("CASTGC", visit, path="/cas", httponly=True, samesite="Lax")
    return answer


@bp.get("/cas/plat_cas_verifycode_gen")
def draw_captcha() -> Response:
    """Draw a new captcha; from now on it is the only valid one of this visit."""
    text = captcha.new_text()
    visit = request.cookies.get("CASTGC") or secrets.token_hex(16)
    store().sessions.show_captcha(visit, request.args.get("r", ""), text)
    return Response(captcha.picture(text), content_type="image/jpeg")


@bp.post("/cas/login")
def log_in() -> ResponseReturnValue:
    """Take 登录; refused, it answers 200 with the form again, as the real page does."""
    shown = store().sessions.use_up_captcha(request.cookies.get("CASTGC", ""))
    user = request.form.get("swy", "")
    owner = store().owner(user)
    g.line.uscc = g.line.uscc or (owner.uscc if owner else "")
    refusal = refuse_log_in(request.form, shown, owner, store().defects)
    if refusal or owner is None:
        return _form(user, refusal)
    return redirect(url_for("login.arrive", ticket=store().sessions.issue_ticket(owner.uscc)))


@bp.get("/OAuthLoginController")
def arrive() -> ResponseReturnValue:
    """Turn the ticket into a session, and the whole window to the home page."""
    session_id = store().sessions.redeem(request.args.get("ticket", ""))
    if session_id is None:
        return redirect(url_for("login.home"))
    answer = make_response(render_template("login/arrive.html", text=Wording.LOGGED_IN))
    answer.set_cookie("JSESSIONID", session_id, httponly=True, samesite="Lax")
    return answer


@bp.get("/logout")
def log_out() -> ResponseReturnValue:
    """Take 退出."""
    store().sessions.end(request.cookies.get("JSESSIONID", ""))
    return redirect(url_for("login.home"))


def _form(user: str, *messages: Wording | None) -> Response:
    # Each showing of the real form carries a new lt and execution (docs/mock-portal.md, log-in).
    return make_response(
        render_template(
            "login/form.html",
            user=user,
            messages=[message for message in messages if message],
            lt=f"LT-{secrets.randbelow(10**6)}-{secrets.token_hex(10)}-mock",
            execution=f"{uuid.uuid4()}_{secrets.token_urlsafe(96)}",
        )
    )
