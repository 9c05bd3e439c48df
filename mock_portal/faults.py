"""Faults: ways in which the world misbehaves, switched on for one enterprise at a time."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NoReturn

from flask import Response, abort, g, jsonify, make_response, render_template, request

from mock_portal.store import (
    PERSON,
    ConfirmArrival,
    Enterprise,
    Fault,
    Policy,
    Status,
    store,
)
from mock_portal.wording import Wording

# The status for a caller without a connection to cut, such as a WSGI test client.
NO_ANSWER = 444
PIECES = 10


@dataclass(frozen=True)
class Loss:
    """A way in which an answer is lost."""

    sentence: str
    status: int = NO_ANSWER
    last_words: bytes = b""  # the bytes sent before the connection ends
    is_reset: bool = False  # it ends by a reset


LOSSES: Mapping[str, Loss] = {
    "reset": Loss("连接被重置", is_reset=True),
    "close": Loss("连接关闭，一个字节也没有"),
    "headers": Loss(
        "应答头送到一半，连接被重置", last_words=b"HTTP/1.1 200 OK\r\nContent-Ty", is_reset=True
    ),
    "408": Loss("HTTP 408", status=408),
    "garbage": Loss("不是 HTTP 的字节", last_words=b"\x15\x03\x01\x00\x02\x02\x28\r\n\r\n"),
    "empty": Loss("空白的 HTTP 200", status=200),
    "hang": Loss("seconds 秒里没有一个字节，然后连接关闭"),
}
ANSWER_LOST = {"how": "reset", "seconds": 30.0}
SERVER_ERRORS = (500, 502, 503, 504)


@dataclass(frozen=True)
class FaultKind:
    """What a fault does, the params it takes with their defaults, and the clause it disturbs."""

    sentence: str
    clause: str
    params: Mapping[str, Any] = field(default_factory=dict)
    allowed: Mapping[str, Sequence[str | int]] = field(default_factory=dict)  # values of a param


FAULTS: Mapping[str, FaultKind] = {
    "slow": FaultKind(
        "地址以 path 开头的请求要等 seconds 秒才开始处理；path 为空时是门户的每个地址。",
        "guide-1.1",
        {"seconds": 2.0, "path": ""},
    ),
    "captcha_stale": FaultKind(
        "页面先显示的验证码图片已经作废，照着输入也不对；只发生一次。", "guide-1.2"
    ),
    "captcha_case_matters": FaultKind("验证码分大小写。", "guide-1.2"),
    "account_locks": FaultKind(
        "密码连续输错 attempts 次，账号就锁定，密码正确也不能登录。", "guide-1.2", {"attempts": 3}
    ),
    "real_name_required": FaultKind("账号还没有实名认证，登录后被引去认证。", "guide-1.2"),
    "single_session": FaultKind("同一企业再次登录，先前的登录就失效。", "guide-1.2"),
    "sms_not_delivered": FaultKind("短信验证码没有送达；只发生一次。", "guide-1.7"),
    "card_not_installed": FaultKind("电脑上没有安装卡控件。", "guide-1.4"),
    "card_starts_late": FaultKind(
        "卡控件没有启动，页面第三次找不到、要求重启之后才在。", "guide-1.4"
    ),
    "card_no_reader": FaultKind("没有读卡器，控件答 50200。", "guide-1.3"),
    "card_missing": FaultKind("读卡器里没有卡，控件答 51590。", "guide-1.3"),
    "card_locked": FaultKind("卡的密码已锁定。", "guide-1.3"),
    "card_unknown": FaultKind("插的是门户不认识的卡。", "guide-1.3"),
    "card_expiring": FaultKind("卡的证书还有 days 天到期。", "guide-1.3", {"days": 20}),
    "card_expired": FaultKind("卡的证书昨天到期。", "guide-1.3"),
    "card_dies": FaultKind("页面调用时，控件断开连接。", "guide-1.3"),
    "card_slow": FaultKind("控件每次都要 seconds 秒才应答。", "guide-1.3", {"seconds": 1.0}),
    "card_needs_restart": FaultKind("控件开着，却答连接失败，重启后才好。", "faq-2"),
    "card_reader_not_reset": FaultKind("读卡器复位失败，控件答 50070，重启控件后才好。", "faq-2"),
    "card_garbled": FaultKind("控件的应答不是页面认得的格式，重启控件后才好。", "faq-3"),
    "card_script_outdated": FaultKind(
        "浏览器缓存里是旧的卡介质脚本，不认得控件的应答，清除缓存后才好；只发生一次。", "faq-3"
    ),
    "dribble": FaultKind(
        "地址以 path 开头的应答分成小块，在 seconds 秒里慢慢送完。",
        "guide-1.1",
        {"seconds": 2.0, "path": ""},
    ),
    "server_error": FaultKind(
        "地址以 path 开头的请求得到 HTTP status 的错误页，什么都没有办；发生 times 次，0 为一直。",
        "guide-1.1",
        {"path": "/swProxy/", "times": 0, "status": 500},
        {"status": SERVER_ERRORS},
    ),
    "bad_gateway": FaultKind(
        "地址以 path 开头的请求得到前置代理的 HTTP 502，没有到达门户；发生 times 次，0 为一直。",
        "guide-1.1",
        {"path": "/swProxy/", "times": 0},
    ),
    "connection_reset": FaultKind(
        "地址以 path 开头的请求没有应答，连接被重置；发生 times 次，0 为一直。",
        "guide-1.1",
        {"path": "/swProxy/", "times": 0},
    ),
    "answer_spoilt": FaultKind(
        "地址以 path 开头的请求照办，应答却坏了：how 为 truncated 时只有一半，empty 时没有内容，"
        "charset 时换了编码，html 时是一张错误页；发生 times 次，0 为一直。",
        "guide-1.1",
        {"path": "/swProxy/", "times": 0, "how": "truncated"},
        {"how": ("truncated", "empty", "charset", "html")},
    ),
    "maintenance": FaultKind("门户的每个页面都是“系统维护”。", "guide-1.1"),
    "challenge": FaultKind(
        "地址以 path 开头的请求得到防火墙的 HTTP 412 检查页。", "guide-1.1", {"path": "/swProxy/"}
    ),
    "announcement": FaultKind(
        "进入投保界面 seconds 秒后，公告层盖住整个页面，要先关闭。", "guide-1.8", {"seconds": 0.0}
    ),
    "session_lost": FaultKind(
        "请求地址以 path 开头的页面时，登录已失效；发生 times 次，0 为一直。",
        "guide-1.8",
        {"path": "/swProxy/", "times": 1},
    ),
    "list_repaged": FaultKind(
        "“待确认”列出之后，又推送一张保单，排在最前；只发生一次。", "guide-2.1"
    ),
    "list_miscounted": FaultKind("“待确认”的总数比列出的多一张。", "guide-2.1"),
    "record_withdrawn": FaultKind("打开投保确认页之后，这张保单被撤回。", "guide-2.1"),
    "values_changed": FaultKind(
        "打开投保确认页之后，产品名称变了；页面上仍是旧的，要再打开才能确认。", "guide-2.2"
    ),
    "form_refreshed": FaultKind(
        "投保确认页打开着，一填写，页面上的产品名称就变了，照样可以确认；只发生一次。", "guide-2.2"
    ),
    "input_rewritten": FaultKind(
        "离开 field 一栏时，页面改写填写的内容："
        "how 为 cut 时只留前五个字符，mask 时遮去第四到七个。",
        "guide-2.2",
        {"field": "contactMobile", "how": "cut"},
        {
            "field": ("contactName", "contactPhone", "contactMobile", "contactEmail", "remarks"),
            "how": ("cut", "mask"),
        },
    ),
    "desk_closes": FaultKind(
        "投保界面的窗口自己关闭：at 为 typing 时在填写投保确认页时，answer 时在收到答复时。",
        "guide-2.2",
        {"at": "typing"},
        {"at": ("typing", "answer")},
    ),
    "document_in_window": FaultKind("“查看单证”打开新窗口。", "guide-2.3"),
    "document_in_same_tab": FaultKind("“查看单证”占用投保确认页，返回时要重填。", "guide-2.3"),
    "document_changed": FaultKind("单证每取一次，内容就不同。", "guide-2.3"),
    "late_commit": FaultKind(
        "确认投保到达门户，seconds 秒（按企业的时间）后才保存；"
        "how 为 reset 时连接被重置，busy 时答系统繁忙。",
        "guide-2.5",
        {"seconds": 60.0, "how": "reset"},
        {"how": ("reset", "busy")},
    ),
    "confirmation_asked": FaultKind(
        "按下“确认投保”，页面先问一句，答了才提交：how 为 native 时是浏览器弹窗，"
        "twice 时接连问两次，layer 时是页面上的层。",
        "guide-2.5",
        {"how": "native"},
        {"how": ("native", "twice", "layer")},
    ),
    "confirmation_replayed": FaultKind(
        "网络把确认投保重放一次，门户收到两次，答复的是后一次。", "guide-2.5"
    ),
    "policies_lag": FaultKind(
        "确认以后 seconds 秒（按企业的时间），“保单查询”才查得到。",
        "guide-2.6",
        {"seconds": 3600.0},
    ),
    "list_reordered": FaultKind("从第二次查询起，“待确认”的次序颠倒。", "guide-2.1"),
    "confirmed_by_a_person": FaultKind(
        "打开投保确认页之后，企业的另一位经办人已确认这张保单。", "guide-2.1"
    ),
    "declaration_reworded": FaultKind("投保声明第二条的结尾换了措辞。", "guide-2.4"),
    "answer_lost_before_commit": FaultKind(
        "确认投保到达门户，什么都没有保存，答复就丢失了，丢失的方式是 how。",
        "guide-2.5",
        ANSWER_LOST,
        {"how": tuple(LOSSES)},
    ),
    "answer_lost_after_commit": FaultKind(
        "确认投保已保存，答复却丢失了，丢失的方式是 how。",
        "guide-2.5",
        ANSWER_LOST,
        {"how": tuple(LOSSES)},
    ),
    "server_error_after_commit": FaultKind(
        "确认投保已保存，答复却是 HTTP status 的错误页。",
        "guide-2.5",
        {"status": 500},
        {"status": SERVER_ERRORS},
    ),
}


def find(fault_id: str) -> Fault | None:
    """Find a fault that is on for the enterprise of this request."""
    enterprise: Enterprise | None = g.enterprise
    faults = enterprise.faults if enterprise else []
    return next((fault for fault in faults if fault.id == fault_id), None)


def params(fault_id: str) -> Mapping[str, Any]:
    """Return the params of a fault of this request's enterprise; empty if the fault is not on."""
    fault = find(fault_id)
    return fault.params if fault else {}


def once(fault_id: str) -> bool:
    """Tell whether a fault is on, and switch it off."""
    with store().lock:
        fault = find(fault_id)
        if fault:
            g.enterprise.faults.remove(fault)
    return fault is not None


def strike() -> None:
    """Apply the faults that do not depend on the page."""
    enterprise: Enterprise | None = g.enterprise
    for fault in list(enterprise.faults) if enterprise else []:
        if fault.id in _BY_ADDRESS and _is_met(fault):
            _BY_ADDRESS[fault.id](fault)


def _is_met(fault: Fault) -> bool:
    """Tell whether this request meets the fault; switch the fault off after its last time."""
    if not request.path.startswith(fault.params.get("path", "")):
        return False
    with store().lock:
        if fault not in g.enterprise.faults:
            return False
        fault.met += 1
        if fault.met == fault.params.get("times"):
            g.enterprise.faults.remove(fault)
    return True


def _slow(fault: Fault) -> None:
    time.sleep(fault.params["seconds"])


def _session_lost(fault: Fault) -> None:
    if g.signed_in:
        store().sessions.end(request.cookies["JSESSIONID"])
        g.signed_in = None


def _server_error(fault: Fault) -> NoReturn:
    abort(make_response(render_template("error.html"), fault.params["status"]))


def _bad_gateway(fault: Fault) -> NoReturn:
    page = "<h1>502 Bad Gateway</h1><p>模拟门户 · 非真实业务</p>"
    abort(Response(page, 502, content_type="text/html; charset=utf-8"))


def _connection_reset(fault: Fault) -> NoReturn:
    _lose_answer("reset")


def _maintenance(fault: Fault) -> NoReturn:
    abort(make_response(render_template("notice.html", text=Wording.MAINTENANCE), 503))


def _challenge(fault: Fault) -> NoReturn:
    abort(make_response(render_template("notice.html", text=Wording.CHALLENGE), 412))


_BY_ADDRESS: Mapping[str, Callable[[Fault], None]] = {
    "slow": _slow,
    "session_lost": _session_lost,
    "server_error": _server_error,
    "bad_gateway": _bad_gateway,
    "connection_reset": _connection_reset,
    "maintenance": _maintenance,
    "challenge": _challenge,
}


def spoil(response: Response) -> None:
    """Spoil an answer, if the fault is on."""
    fault = find("answer_spoilt") if "enterprise" in g else None
    if fault is None or not _is_met(fault):
        return
    how = fault.params["how"]
    response.direct_passthrough = False
    if how == "truncated":
        response.set_data(response.get_data()[: len(response.get_data()) // 2])
    elif how == "empty":
        response.set_data(b"")
    elif how == "charset":
        response.set_data(response.get_data().decode(errors="replace").encode("gb18030"))
    else:
        response.set_data(render_template("error.html"))
        response.content_type = "text/html; charset=utf-8"


def dribble(response: Response) -> None:
    """Hand an answer out bit by bit, if the fault is on."""
    fault = find("dribble") if "enterprise" in g else None
    if fault is None or not request.path.startswith(fault.params["path"]):
        return
    response.direct_passthrough = False
    whole = response.get_data()
    size = len(whole) // PIECES + 1
    response.response = _pieces(whole, size, fault.params["seconds"] / PIECES)


def _pieces(whole: bytes, size: int, pause: float) -> Iterator[bytes]:
    for begin in range(0, len(whole), size):
        time.sleep(pause)
        yield whole[begin : begin + size]


def order(policies: list[Policy]) -> list[Policy]:
    """Reverse the list from the second query on, if the fault is on."""
    fault = find("list_reordered")
    if fault is None:
        return policies
    with store().lock:
        fault.met += 1
        return policies[::-1] if fault.met > 1 else policies


def repage() -> None:
    """Push one more policy, ahead of all others, after the list was given, if the fault is on."""
    if once("list_repaged"):
        numbers = store().new_application_nos(g.enterprise, 1)
        store().add_policies(g.enterprise, numbers)
        g.enterprise.policies.insert(0, g.enterprise.policies.pop())


def without_laggards(policies: list[Policy]) -> list[Policy]:
    """Leave out the policies that 保单查询 does not show yet, if the fault is on."""
    fault = find("policies_lag")
    if fault is None:
        return policies
    shown_until = g.enterprise.clock.now() - timedelta(seconds=fault.params["seconds"])
    return [one for one in policies if one.confirmed_at and one.confirmed_at <= shown_until]


def count(fault_id: str) -> int:
    """Count how often a fault was met, this time included; 0 if it is not on."""
    fault = find(fault_id)
    if fault is None:
        return 0
    with store().lock:
        fault.met += 1
        return fault.met


def change(policy: Policy) -> None:
    """Change a policy after its form was opened, if a fault is on."""
    with store().lock:
        if find("confirmed_by_a_person") and policy.status is Status.PENDING:
            arrival = store().note_arrival(policy.application_no, PERSON, by="person")
            store().settle(policy, arrival, refusal=None)
        if find("record_withdrawn"):
            policy.status = Status.WITHDRAWN
        if once("form_refreshed"):
            policy.product = Wording.PRODUCT_CHANGED
        if once("values_changed"):
            policy.product = Wording.PRODUCT_CHANGED
            policy.is_changed = True
        else:
            policy.is_changed = False


def before_commit(
    policy: Policy | None, arrival: ConfirmArrival | None, refusal: Wording | None
) -> None:
    """Lose the answer before a confirmation is stored, if a fault is on; it may be stored later."""
    late = find("late_commit")
    if late and policy and arrival and refusal is None:
        due = arrival.arrived_at + timedelta(seconds=late.params["seconds"])
        g.enterprise.late_commits.append((due, policy, arrival))
        if late.params["how"] == "busy":
            abort(jsonify(code=-1, message=Wording.BUSY, data=None))
        _lose_answer("reset")
    if lost := find("answer_lost_before_commit"):
        _lose_answer(**lost.params)


def after_commit(refusal: Wording | None) -> None:
    """Lose or spoil the answer to a confirmation that was stored, if a fault is on."""
    if refusal is None and (lost := find("answer_lost_after_commit")):
        _lose_answer(**lost.params)
    if refusal is None and (error := find("server_error_after_commit")):
        _server_error(error)


def _lose_answer(how: str, seconds: float = 0) -> NoReturn:
    """Send no answer, or an answer that does not tell the outcome of the request."""
    loss = LOSSES[how]
    if how == "hang":
        time.sleep(seconds)
    cut = request.environ.get("mock_portal.cut_connection")
    if cut and loss.status == NO_ANSWER:
        cut(loss.last_words, reset=loss.is_reset)
    abort(Response(status=loss.status))
