"""Doors under /__mock__/: how a test or a demo creates, reads and decides (docs/mock-portal.md)."""

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, NoReturn

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    make_response,
    redirect,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from stdnum.cn import uscc as uscc_number

from mock_portal import card
from mock_portal.accounts import Edition
from mock_portal.card_control import FIRST_PINS
from mock_portal.defects import KINDS
from mock_portal.defects import catalogue as every_defect
from mock_portal.documents import renewal_document
from mock_portal.faults import FAULTS, FaultKind
from mock_portal.store import (
    DECISIONS,
    PERSON,
    ConfirmArrival,
    Crash,
    Enterprise,
    Fault,
    Policy,
    Request,
    Status,
    store,
)
from mock_portal.wording import Wording

bp = Blueprint("doors", __name__, url_prefix="/__mock__")

APPLICATION_NO = re.compile(r"[0-9A-Za-z-]{1,40}")
WISHES = {
    "name": str,
    "uscc": str,
    "edition": str,
    "registered": bool,
    "bound": bool,
    "card": str,
    "card_pin": str,
    "pending": int,
}
MANY = 1000
HOUR, TEN_YEARS = 3600, 10 * 366 * 86400


@bp.before_request
def demand_token() -> None:
    """Refuse a request without the token, if a token is set."""
    token = current_app.config["DOORS_TOKEN"]
    given = request.headers.get("X-Doors-Token", "")
    if token and not hmac.compare_digest(token.encode(), given.encode()):
        _refuse(403, "请求头 X-Doors-Token 不对。")


@bp.post("/enterprises")
def create_enterprise() -> tuple[Response, int]:
    """Create an enterprise, its account and its pending policies."""
    wishes = _body(WISHES)
    pending = _check_count(wishes.pop("pending", 0), least=0)
    faults = [_card_fault(wishes.pop("card"))] if "card" in wishes else []
    pin = _check_pin(wishes.pop("card_pin", FIRST_PINS[0]))
    with store().lock:
        _check_uscc(wishes.get("uscc"))
        enterprise = store().add_enterprise(
            edition=_check_edition(wishes.pop("edition", Edition.GUANGDONG)), **wishes
        )
    enterprise.faults = faults
    enterprise.card.pin = pin
    store().add_policies(enterprise, store().new_application_nos(enterprise, pending))
    return jsonify(_enterprise_state(enterprise) | _credentials(enterprise)), 201


@bp.get("/enterprises/<uscc>")
def look_at_enterprise(uscc: str) -> Response:
    """Tell everything about an enterprise but its passwords."""
    with store().lock:
        return jsonify(_enterprise_state(_enterprise(uscc)))


@bp.get("/enterprises/<uscc>/visit")
def visit(uscc: str) -> ResponseReturnValue:
    """Let a browser visit the home page as this enterprise, and drop the browser's log-in."""
    answer = redirect(url_for("login.home"))
    answer.set_cookie("mock_scope", _enterprise(uscc).uscc, httponly=True, samesite="Lax")
    answer.delete_cookie("JSESSIONID")
    return answer


@bp.get("/enterprises/<uscc>/messages")
def read_messages(uscc: str) -> Response:
    """Show the short messages that have arrived at the enterprise's mobile phone."""
    return jsonify(
        [
            {"at": code.sent_at.isoformat(), "mobile": code.mobile, "text": code.text}
            for code in _enterprise(uscc).phone.arrived
        ]
    )


@bp.post("/enterprises/<uscc>/policies")
def push_policies(uscc: str) -> tuple[Response, int]:
    """Push more pending policies."""
    enterprise = _enterprise(uscc)
    wishes = _body({"count": int, "application_nos": list, "confirmed": bool, "product": str})
    is_confirmed = wishes.pop("confirmed", False)
    product = wishes.pop("product", "")
    with store().lock:
        added = store().add_policies(enterprise, _wished_numbers(enterprise, wishes))
        for policy in added:
            policy.product = product or policy.product
        for policy in added if is_confirmed else ():
            arrival = store().note_arrival(policy.application_no, PERSON, by="person")
            store().settle(policy, arrival, refusal=None)
    return jsonify([_policy_state(enterprise, policy) for policy in added]), 201


@bp.post("/enterprises/<uscc>/policies/<application_no>/decision")
def decide(uscc: str, application_no: str) -> Response:
    """Let the insurer decide about a confirmed policy."""
    enterprise = _enterprise(uscc)
    policy = _policy(enterprise, application_no)
    wishes = _body({"decision": str, "reason": str, "effective_date": str, "again": bool})
    decision = _check_decision(wishes.get("decision"))
    is_listed_again = wishes.get("again", False)
    if is_listed_again and decision is not Status.RETURNED:
        _refuse(400, "只有退回的保单才会重新列入待确认。", [Status.RETURNED])
    effective = _check_date(wishes.get("effective_date"))
    with store().lock:
        _check_is_confirmed(policy)
        store().decide(policy, decision, wishes.get("reason", ""), effective)
        if is_listed_again:
            store().list_again(policy)
    return jsonify(_policy_state(enterprise, policy))


@bp.get("/enterprises/<uscc>/clock")
def read_clock(uscc: str) -> Response:
    """Return the present time of an enterprise."""
    return jsonify(now=_enterprise(uscc).clock.now().isoformat())


@bp.post("/enterprises/<uscc>/clock")
def move_clock(uscc: str) -> Response:
    """Move the time of an enterprise forward."""
    clock = _enterprise(uscc).clock
    seconds = _body({"forward_seconds": float}).get("forward_seconds", 0)
    if not 0 < seconds <= TEN_YEARS - clock.ahead.total_seconds():
        told = "forward_seconds 必须大于 0，前后相加至多十年：时间只能向前。"
        _refuse(400, told, ["forward_seconds"])
    clock.forward(seconds)
    return jsonify(now=clock.now().isoformat())


@bp.put("/enterprises/<uscc>/faults")
def replace_faults(uscc: str) -> Response:
    """Replace the faults of an enterprise."""
    enterprise = _enterprise(uscc)
    enterprise.faults = [_fault(wish) for wish in _listed()]
    return jsonify(_faults_state(enterprise))


@bp.put("/enterprises/<uscc>/card")
def plug_in_card(uscc: str) -> Response:
    """Put the card of an enterprise into the reader of this computer."""
    owner = store().card_in_reader = _enterprise(uscc)
    return jsonify(card_no=owner.card.no, card_control=card.control_of(owner).host)


@bp.get("/captchas/<captcha_id>")
def read_captcha(captcha_id: str) -> Response:
    """Return the text of a captcha."""
    text = store().sessions.captcha_text(captcha_id)
    if text is None:
        _refuse(404, "没有这张验证码图片：编号是图片地址里 r 的值，图片要先被浏览器取过。")
    return jsonify(text=text)


@bp.get("/catalogue")
def catalogue() -> Response:
    """List every fault and every defect."""
    return jsonify(
        faults=[{"id": id_, **asdict(kind)} for id_, kind in FAULTS.items()],
        defects=[
            {"id": id_, "sentence": one.sentence, "clause": one.clause, "kind": KINDS[one.kind]}
            for id_, one in every_defect().items()
        ],
    )


@bp.get("/defects")
def list_defects() -> Response:
    """Tell which seeded defects this process was started with."""
    return jsonify(current_app.config["DEFECTS"])


@bp.get("/redesigns")
def list_redesigns() -> Response:
    """Tell which redesigns this process was started with."""
    return jsonify(current_app.config["REDESIGNS"])


@bp.get("/requests")
def list_requests() -> Response:
    """Show the request journal, of one enterprise or of all."""
    return jsonify(_lines_asked_for(store().requests))


@bp.get("/crashes")
def list_crashes() -> Response:
    """Show the portal's own errors, of one enterprise or of all."""
    return jsonify(_lines_asked_for(store().crashes))


@bp.route("/<path:unknown_door>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def refuse_unknown_door(unknown_door: str) -> NoReturn:
    """Refuse an unknown door, and list the doors that exist."""
    doors = [
        f"{method} {rule.rule}"
        for rule in current_app.url_map.iter_rules()
        if rule.rule.startswith("/__mock__/") and rule.endpoint != request.endpoint
        for method in sorted({"GET", "POST", "PUT"} & (rule.methods or set()))
    ]
    _refuse(404, f"没有 {request.method} /__mock__/{unknown_door} 这扇门。", doors)


def _enterprise_state(enterprise: Enterprise) -> dict[str, Any]:
    return {
        "name": enterprise.name,
        "uscc": enterprise.uscc,
        "org_code": enterprise.org_code,
        "legal_representative": asdict(enterprise.legal_representative),
        "edition": enterprise.account.edition if enterprise.account else None,
        "account": enterprise.account.user if enterprise.account else None,
        "local_account": enterprise.local_account.user if enterprise.local_account else None,
        "bound": enterprise.is_bound,
        "card_no": enterprise.card.no,
        "faults": _faults_state(enterprise),
        "policies": [_policy_state(enterprise, policy) for policy in enterprise.policies],
    }


def _credentials(enterprise: Enterprise) -> dict[str, Any]:
    account, local = enterprise.account, enterprise.local_account
    return {
        "password": account.password if account else None,
        "local_password": local.password if local else None,
        "card_pin": enterprise.card.pin,
    }


def _faults_state(enterprise: Enterprise) -> list[dict[str, Any]]:
    return [{"id": fault.id, "params": fault.params} for fault in enterprise.faults]


def _policy_state(enterprise: Enterprise, policy: Policy) -> dict[str, Any]:
    digest = hashlib.sha256(renewal_document(enterprise, policy)).hexdigest()
    return {
        "application_no": policy.application_no,
        "policy_no": policy.policy_no,
        "product": policy.product,
        "status": policy.status,
        "documents": [{"name": Wording.RENEWAL_DOCUMENT, "sha256": digest}],
        "confirmations": [_confirmation_state(each) for each in policy.confirmations],
    }


def _confirmation_state(confirmation: ConfirmArrival) -> dict[str, Any]:
    return asdict(confirmation) | {"arrived_at": confirmation.arrived_at.isoformat()}


def _lines_asked_for(lines: Iterable[Request | Crash]) -> list[dict[str, Any]]:
    uscc = request.args.get("uscc")
    wanted = _enterprise(uscc).uscc if uscc is not None else None
    return [
        asdict(line) | {"at": line.at.isoformat()} for line in lines if wanted in (None, line.uscc)
    ]


def _enterprise(uscc: str) -> Enterprise:
    enterprises = store().enterprises
    if uscc not in enterprises:
        _refuse(404, "没有这个企业。", enterprises)
    store().settle_late(enterprises[uscc])
    return enterprises[uscc]


def _policy(enterprise: Enterprise, application_no: str) -> Policy:
    policy = store().policy_of(enterprise, application_no)
    if policy is None:
        _refuse(404, "这个企业没有这张保单。", [p.application_no for p in enterprise.policies])
    return policy


def _json() -> Any:
    """Read the body; return `None` if it is not JSON, or cannot be written as JSON again."""
    try:
        body = request.get_json(silent=True)
        current_app.json.dumps(body).encode()
    except (RecursionError, UnicodeEncodeError):
        return None
    return body


def _body(kinds: Mapping[str, type]) -> dict[str, Any]:
    """Read a JSON object that has only the names and value types in `kinds`."""
    body = _json()
    if not isinstance(body, dict) or not body.keys() <= kinds.keys():
        _refuse(
            400, "请求体必须是 JSON 对象（Content-Type: application/json），只能有这些名字。", kinds
        )
    for name, value in body.items():
        if not _is_a(value, kinds[name]):
            _refuse(400, f"{name} 的值应是 {kinds[name].__name__}。", kinds)
    return body


def _listed() -> list[Any]:
    body = _json()
    if not isinstance(body, list):
        _refuse(400, "请求体必须是 JSON 数组（Content-Type: application/json）。")
    return body


def _is_a(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _fault(wish: object) -> Fault:
    if not isinstance(wish, dict) or not {"id"} <= wish.keys() <= {"id", "params"}:
        _refuse(400, "每个故障写作 id 与 params。", ["id", "params"])
    if not isinstance(wish["id"], str) or wish["id"] not in FAULTS:
        _refuse(400, "没有这个故障。", FAULTS)
    kind, params = FAULTS[wish["id"]], wish.get("params", {})
    if not isinstance(params, dict) or not params.keys() <= kind.params.keys():
        _refuse(400, f"故障 {wish['id']} 只有这些参数。", kind.params)
    for name, value in params.items():
        _check_param(kind, name, value)
    return Fault(wish["id"], {**kind.params, **params})


def _check_param(kind: FaultKind, name: str, value: Any) -> None:
    expected = type(kind.params[name])
    if not _is_a(value, expected):
        _refuse(400, f"{name} 的值应是 {expected.__name__}。", kind.params)
    if name in kind.allowed:
        if value not in kind.allowed[name]:
            _refuse(400, f"{name} 只能是这些值。", kind.allowed[name])
    elif expected is not str and not 0 <= value <= HOUR:
        _refuse(400, f"{name} 应在 0 与 {HOUR} 之间。", kind.params)


def _card_fault(wish: str) -> Fault:
    states = [id_ for id_ in FAULTS if id_.startswith("card_")]
    if wish not in states:
        _refuse(400, "没有这种卡或控件的状态。", states)
    return _fault({"id": wish})


def _check_uscc(uscc: str | None) -> None:
    if uscc is not None and (not uscc_number.is_valid(uscc) or uscc != uscc_number.compact(uscc)):
        _refuse(400, "uscc 不是有效的统一社会信用代码。")
    if uscc in store().enterprises:
        _refuse(409, "这个企业已经有了。", store().enterprises)


def _check_edition(edition: str) -> Edition:
    if edition not in set(Edition):
        _refuse(400, "没有这种版本。", list(Edition))
    return Edition(edition)


def _check_pin(pin: str) -> str:
    if pin not in FIRST_PINS:
        _refuse(400, "card_pin 是卡的原始密码。", FIRST_PINS)
    return pin


def _check_count(count: int, least: int) -> int:
    if not least <= count <= MANY:
        _refuse(400, f"数量应在 {least} 与 {MANY} 之间。")
    return count


def _wished_numbers(enterprise: Enterprise, wishes: Mapping[str, Any]) -> list[str]:
    if len(wishes) != 1:
        _refuse(400, "count 与 application_nos 必须且只能给一个。", ["application_nos", "count"])
    if "count" in wishes:
        count = _check_count(wishes["count"], least=1)
        return store().new_application_nos(enterprise, count)
    return _check_application_nos(wishes["application_nos"])


def _check_application_nos(numbers: list[Any]) -> list[str]:
    if not numbers or not all(isinstance(n, str) and APPLICATION_NO.fullmatch(n) for n in numbers):
        _refuse(400, "申请编号由 1 到 40 个字母、数字或连字符组成。")
    taken = [number for number in numbers if number in store().policies]
    if taken or len(set(numbers)) < len(numbers):
        _refuse(409, "申请编号在整个门户内不能重复。", taken)
    return numbers


def _check_decision(decision: str | None) -> Status:
    if decision not in DECISIONS:
        _refuse(400, "没有这种决定。", DECISIONS)
    return Status(decision)


def _check_is_confirmed(policy: Policy) -> None:
    if policy.status is not Status.CONFIRMED:
        _refuse(409, f"只能审批已确认的保单，这张保单现在是 {policy.status}。")


def _check_date(written: str | None) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        _refuse(400, "effective_date 应写作 YYYY-MM-DD。")


def _refuse(status: int, sentence: str, known: Collection[str | int] = ()) -> NoReturn:
    """Answer 4xx with a sentence, and with the names that would have been right."""
    abort(make_response(jsonify(error=sentence, known=list(known)), status))
