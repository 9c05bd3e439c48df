"""账号登录 and 本地登录: the log-in boxes of the home page, their captchas (guide-1.2, faq-1)."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

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

from mock_portal import captcha, card, faults
from mock_portal.accounts import Account, Edition
from mock_portal.clock import Clock
from mock_portal.rules import refuse_captcha, refuse_password
from mock_portal.sessions import IssuedCaptcha
from mock_portal.store import Enterprise, store
from mock_portal.wording import Wording

bp = Blueprint("login", __name__)


@dataclass(frozen=True)
class Box:
    """One log-in box with a form: its name, and the view that handles 登录."""

    name: str
    view: str


@dataclass(frozen=True)
class Site:
    """One home page: its names, and the menu entries that lead to the business."""

    edition: Edition
    title: str
    name: str
    english: str
    apps: str
    entries: tuple[str, str, str, str]
    menu_id: str


GUANGDONG = Site(
    Edition.GUANGDONG,
    "中国(广东)国际贸易单一窗口",
    "中国（广东）国际贸易单一窗口",
    "CHINA (GUANGDONG) INTERNATIONAL TRADE SINGLE WINDOW",
    "地方特色应用",
    ("金融服务", "出口信用", "服务小微", "小微企业在线投保"),
    "xwtb001",
)
NATIONAL = Site(
    Edition.NATIONAL,
    "中国国际贸易单一窗口",
    "中国国际贸易单一窗口",
    "CHINA INTERNATIONAL TRADE SINGLE WINDOW",
    "标准版应用",
    ("金融服务", "出口信用", "普惠平台", "普惠平台在线投保"),
    "phtb001",
)
ACCOUNT_BOX = Box("", "login.log_in")
LOCAL_BOX = Box("local", "login.log_in_locally")


@bp.get("/")
def front() -> ResponseReturnValue:
    """Lead to the home page."""
    return redirect(url_for("login.home"))


@bp.get("/index.action")
def home() -> str:
    """Show the home page: the log-in boxes, or 地方特色应用 for a signed-in enterprise."""
    return render_template("login/home.html", enterprise=g.signed_in, site=GUANGDONG)


@bp.get("/standard/index.action")
def national_home() -> str:
    """Show the home page of 国标版, from which the business is entered since 2024."""
    return render_template("login/home.html", enterprise=g.signed_in, site=NATIONAL)


@bp.get("/notices/browser")
def advise() -> str:
    """Show the advice on address and browser."""
    return render_template("notice.html", text=Wording.BROWSER_ADVICE)


@bp.post("/thirdparty/visit")
def count_visit() -> Response:
    """Answer the script of a third party, which asks every second."""
    return Response(status=204)


@bp.post("/pub/login/localloginurl")
def give_local_address() -> Response:
    """Return the address of 本地登录 to the home page."""
    return jsonify(code=0, message="", data=url_for("login.open_local_form"))


@bp.get("/cas/login")
def open_form() -> ResponseReturnValue:
    """Show 账号登录; 卡介质 is the same address with _swCardF."""
    if "_swCardF" in request.args:
        return card.show_form()
    return _form(ACCOUNT_BOX)


@bp.get("/pub/login/local")
def open_local_form() -> Response:
    """Show 本地登录."""
    return _form(LOCAL_BOX)


@bp.get("/cas/plat_cas_verifycode_gen")
def draw_captcha() -> Response:
    """Draw a new captcha; from now on it is the only valid one of this box in this browser."""
    text = captcha.new_text()
    expected = captcha.new_text() if faults.once("captcha_stale") else text
    store().sessions.show_captcha(request.args.get("r", ""), text)
    visit = request.cookies.get("CASTGC") or secrets.token_hex(16)
    box = request.args.get("box", "")
    store().sessions.expect_captcha(visit + box, IssuedCaptcha(expected, now()))
    answer = Response(captcha.picture(text), content_type="image/jpeg")
    answer.set_cookie("CASTGC", visit, httponly=True, samesite="Lax")
    return answer


def wrong_captcha(box: str, moment: datetime) -> Wording | None:
    """Judge the text typed for a captcha; right or wrong, the captcha is used up."""
    return refuse_captcha(
        request.form.get("verifyCode", ""),
        store().sessions.use_up_captcha(request.cookies.get("CASTGC", "") + box),
        moment,
        case_matters=faults.find("captcha_case_matters") is not None,
    )


@bp.post("/cas/login")
def log_in() -> ResponseReturnValue:
    """Handle 登录 of 账号登录, or of 卡介质."""
    if "_swCardF" in request.args:
        return _log_in_by_card()
    owner = store().owner(request.form.get("swy", ""))
    return _log_in(ACCOUNT_BOX, owner, owner.account if owner else None)


@bp.post("/pub/login/local")
def log_in_locally() -> ResponseReturnValue:
    """Handle 登录 of 本地登录."""
    owner = store().local_owner(request.form.get("swy", ""))
    return _log_in(LOCAL_BOX, owner, owner.local_account if owner else None)


def _log_in(box: Box, owner: Enterprise | None, account: Account | None) -> ResponseReturnValue:
    """Let an account in; answer a refusal with the form and HTTP 200, as the real page does."""
    moment = now()  # by the same clock as when the captcha was drawn
    _come_as(owner)
    refusal = wrong_captcha(box.name, moment) or _wrong_password(account)
    if refusal or owner is None or account is None:
        return _form(box, refusal)
    is_at_home = request.args.get("edition") == account.edition
    if account.edition is Edition.NATIONAL and not is_at_home:
        return _form(box, Wording.SWITCH_EDITION, popup=Wording.NATIONAL_EDITION)
    if faults.find("real_name_required"):
        return render_template("login/real_name.html", text=Wording.REAL_NAME_REQUIRED)
    return _let_in(owner, is_local=box is LOCAL_BOX)


def _log_in_by_card() -> ResponseReturnValue:
    owner = card.owner_of_signature()
    _come_as(owner)
    return _let_in(owner) if owner else card.show_form(Wording.CARD_UNKNOWN)


def _come_as(owner: Enterprise | None) -> None:
    """Use the account's faults and time before log-in, whichever enterprise a cookie names."""
    g.enterprise = owner or g.enterprise
    g.line.uscc = owner.uscc if owner else g.line.uscc


def _let_in(owner: Enterprise, *, is_local: bool = False) -> ResponseReturnValue:
    """Redirect with a ticket to `arrive`, the province's end of the log-in."""
    ticket = store().sessions.issue_ticket(owner.uscc, owner.clock.now(), is_local=is_local)
    return redirect(url_for("login.arrive", ticket=ticket))


def _wrong_password(account: Account | None) -> Wording | None:
    locks = faults.find("account_locks")
    attempts = locks.params["attempts"] if locks else None
    digest = request.form.get("swm", "")
    with store().lock:
        refusal = refuse_password(account, digest, attempts)
        if account:
            account.wrong_passwords = account.wrong_passwords + 1 if refusal else 0
    return refusal


@bp.get("/OAuthLoginController")
def arrive() -> ResponseReturnValue:
    """Turn the ticket into a session, and send the whole window to the home page."""
    session_id = store().sessions.redeem(request.args.get("ticket", ""))
    session = store().session(session_id or "")
    if session_id is None or session is None:
        return redirect(url_for("login.home"))
    _come_as(store().enterprises[session.uscc])
    if faults.find("single_session"):
        store().sessions.end_others(session_id)
    answer = make_response(render_template("login/arrive.html", text=Wording.LOGGED_IN))
    answer.set_cookie("JSESSIONID", session_id, httponly=True, samesite="Lax")
    return answer


@bp.get("/userserver/user/realName")
def ask_for_real_name() -> str:
    """Show the page where the owner of an unchecked account must go."""
    return render_template("login/real_name_page.html", text=Wording.REAL_NAME_REQUIRED)


@bp.get("/logout")
def log_out() -> ResponseReturnValue:
    """Handle 退出."""
    store().sessions.end(request.cookies.get("JSESSIONID", ""))
    return redirect(url_for("login.home"))


def now() -> datetime:
    """Return the present time for the enterprise of this request."""
    clock: Clock = g.enterprise.clock if g.enterprise else Clock()
    return clock.now()


def _form(box: Box, message: Wording | None = None, popup: Wording | None = None) -> Response:
    # The real form carries a new `lt` and `execution` each time (docs/mock-portal.md, log-in).
    return make_response(
        render_template(
            "login/form.html",
            action=url_for(box.view, edition=request.args.get("edition")),
            box=box.name,
            user=request.form.get("swy", ""),
            message=message,
            popup=popup,
            lt=f"LT-{secrets.randbelow(10**6)}-{secrets.token_hex(10)}-mock",
            execution=f"{uuid.uuid4()}_{secrets.token_urlsafe(96)}",
        )
    )
