"""立即注册, 忘记密码, 忘记用户名 (guide-1.5, guide-1.6, guide-1.7, faq-4)."""

from flask import (
    Blueprint,
    Response,
    abort,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from mock_portal import faults
from mock_portal.accounts import Account, Recovery, next_working_day
from mock_portal.rules import (
    REGISTRATION,
    RESET,
    REVIEW,
    SMS,
    clean,
    refuse_codes,
    refuse_fields,
    refuse_sms_code,
)
from mock_portal.store import Enterprise, store
from mock_portal.wording import Wording

bp = Blueprint("registration", __name__, url_prefix="/userserver/user")

CITIES = ("广州市", "珠海市", "汕头市", "佛山市", "东莞市", "中山市", "江门市", "湛江市", "惠州市")
LOST = ("password", "username")
WAYS = ("phone", "bank", "review")
PASSWORDS = ("password", "confirmPwd")  # only these fields keep the text as typed


@bp.get("/userEtpsRegister/choseRgtWay")
def register() -> str:
    """Show 企业基本信息."""
    return render_template("registration/register.html", fields=REGISTRATION, cities=CITIES)


@bp.get("/userEtpsRegister/lookUp")
def look_up() -> Response:
    """Tell whether the enterprise of a code is already registered, as soon as the code is typed."""
    code = request.args.get("code", "").strip().upper().replace("-", "")
    return _answer(Wording.ALREADY_REGISTERED if store().registered(code) else None)


@bp.post("/userEtpsRegister/register")
def take_registration() -> Response:
    """Handle 注册."""
    typed = request.form
    form = {name: typed[name] if name in PASSWORDS else clean(typed[name]) for name in typed}
    form |= {name: form.get(name, "").upper() for name in ("etpsUscc", "etpsOrgCode", "idNo")}
    with store().lock:
        refusal = _refuse_registration(form)
        if refusal is None:
            account = Account(form["userName"], form["password"], form["mobile"])
            store().register(form["etpsUscc"], form["etpsName"], account)
    done = url_for("registration.show_registered", user=form.get("userName"))
    return _answer(refusal, done)


def _refuse_registration(form: dict[str, str]) -> Wording | None:
    if refusal := refuse_fields(form, REGISTRATION) or refuse_codes(form):
        return refusal
    if store().registered(form["etpsUscc"]):
        return Wording.ALREADY_REGISTERED
    return Wording.USER_TAKEN if store().owner(form["userName"]) else None


@bp.get("/userEtpsRegister/done")
def show_registered() -> str:
    """Show that the registration is done."""
    return render_template("registration/done.html", user=request.args.get("user", ""))


@bp.get("/recover/<any(password, username):lost>")
def recover(lost: str) -> str:
    """Show 请选择账号类型, and then 请选择找回密码方式."""
    return render_template("registration/recover.html", lost=lost, kind=request.args.get("kind"))


@bp.get("/recover/<any(password, username):lost>/<any(phone, bank, review):way>")
def open_way(lost: str, way: str) -> str:
    """Show one of the three ways."""
    fields = {"phone": SMS, "bank": {}, "review": REVIEW}[way]
    return render_template(f"registration/{way}.html", lost=lost, fields=fields, who=_who(lost))


@bp.post("/recover/<any(password, username):lost>/sms")
def send_sms(lost: str) -> Response:
    """Handle 获取验证码: send a code to the mobile number that is bound to the account."""
    owner = _asked_for(lost)
    if owner is None or owner.account is None:
        return _answer(Wording.NO_SUCH_USER)
    sent = owner.phone.send_code(owner.account.mobile, owner.clock.now())
    if sent and not faults.once("sms_not_delivered"):
        owner.phone.deliver()
    masked = owner.account.mobile[:3] + "****" + owner.account.mobile[-4:]
    message = f"{Wording.SMS_SENT}{masked}" if sent else Wording.SMS_TOO_SOON
    return jsonify(code=0 if sent else -1, message=message, data=None)


@bp.post("/recover/<any(password, username):lost>/phone")
def verify_phone(lost: str) -> Response:
    """Check the code that came by SMS."""
    owner = _asked_for(lost)
    refusal = refuse_fields(request.form, SMS)
    if refusal is None and owner is None:
        refusal = Wording.NO_SUCH_USER
    if refusal is None and owner:
        code = owner.phone.use_up_code()
        refusal = refuse_sms_code(request.form["smsCode"].strip(), code, owner.clock.now())
    return _answer(refusal, _proven(owner, lost) if owner and not refusal else None)


@bp.get("/recover/<any(password, username):lost>/bank/window")
def open_bank(lost: str) -> ResponseReturnValue:
    """Show the bank, in a window of its own; it touches no money."""
    owner = _asked_for(lost)
    return render_template("registration/bank_window.html", lost=lost, enterprise=owner)


@bp.post("/recover/<any(password, username):lost>/bank")
def verify_at_bank(lost: str) -> ResponseReturnValue:
    """Accept the bank's proof of the enterprise's identity."""
    owner = _asked_for(lost)
    if owner is None:
        return render_template("registration/bank_window.html", lost=lost, enterprise=None)
    return render_template("registration/bank_done.html", onward=_proven(owner, lost))


@bp.post("/recover/<any(password, username):lost>/review")
def ask_for_review(lost: str) -> Response:
    """Take a request for review by a person; the review takes one working day."""
    owner = _asked_for(lost)
    refusal = refuse_fields(request.form, REVIEW)
    if refusal is None and owner is None:
        refusal = Wording.NO_SUCH_USER
    if refusal or owner is None:
        return _answer(refusal)
    recovery = Recovery(owner.uscc, lost, due=next_working_day(owner.clock.now()))
    receipt = store().recoveries.add(recovery)
    return _answer(None, url_for("registration.show_review", receipt=receipt))


@bp.get("/recover/reviews/<receipt>")
def show_review(receipt: str) -> ResponseReturnValue:
    """Show how far the review is."""
    recovery, owner = _recovery(receipt)
    is_done = recovery.due is not None and owner.clock.now() >= recovery.due
    return render_template("registration/review_state.html", receipt=receipt, is_done=is_done)


@bp.get("/recover/proven/<proof>")
def open_reset(proof: str) -> ResponseReturnValue:
    """Show the user name, or ask for a new password."""
    recovery, owner = _recovery(proof)
    if not _is_proven(recovery, owner):
        return redirect(url_for("registration.show_review", receipt=proof))
    if recovery.lost == "username":
        return render_template("registration/username.html", account=owner.account)
    return render_template("registration/reset.html", proof=proof, fields=RESET)


@bp.post("/recover/proven/<proof>")
def reset(proof: str) -> Response:
    """Take a new password, once for each proof."""
    recovery, owner = _recovery(proof)
    if recovery.lost != "password" or not _is_proven(recovery, owner):
        abort(_over())
    refusal = refuse_fields(request.form, RESET)
    if refusal is None and owner.account:
        store().recoveries.use_up(proof)
        owner.account.password = request.form["newPwd"]
        owner.account.wrong_passwords = 0
    return _answer(refusal, url_for("registration.show_reset"))


@bp.get("/recover/done")
def show_reset() -> str:
    """Show that the password was changed."""
    return render_template("registration/reset_done.html")


def _who(lost: str) -> str:
    """Name the identifier that the form asks for, which the enterprise still knows."""
    return "用户名" if lost == "password" else "统一社会信用代码"


def _asked_for(lost: str) -> Enterprise | None:
    who = request.values.get("who", "").strip()
    owner = store().owner(who) if lost == "password" else store().registered(who.upper())
    g.enterprise = g.enterprise or owner
    return owner


def _proven(owner: Enterprise, lost: str) -> str:
    proof = store().recoveries.add(Recovery(owner.uscc, lost))
    return url_for("registration.open_reset", proof=proof)


def _is_proven(recovery: Recovery, owner: Enterprise) -> bool:
    return recovery.due is None or owner.clock.now() >= recovery.due


def _recovery(proof: str) -> tuple[Recovery, Enterprise]:
    recovery = store().recoveries.find(proof)
    if recovery is None:
        abort(_over())
    return recovery, store().enterprises[recovery.uscc]


def _over() -> Response:
    """Answer a request for a recovery that is done or never existed."""
    if request.method == "POST":
        return _answer(Wording.RECOVERY_OVER)
    return make_response(render_template("notice.html", text=Wording.RECOVERY_OVER))


def _answer(refusal: Wording | None, onward: str | None = None) -> Response:
    return jsonify(code=-1 if refusal else 0, message=refusal or "", data=onward)
