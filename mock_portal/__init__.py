"""Mock portal: a bundled stand-in for 中国（广东）国际贸易单一窗口; it imports no layer of ours."""

import ssl
import traceback
from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue

from mock_portal import (
    binding,
    card,
    doors,
    entry,
    faults,
    insurer,
    login,
    pending,
    policies,
    registration,
)
from mock_portal.clock import Clock
from mock_portal.store import Crash, Request, Store, store

LOOPBACK_NAMES = {"127.0.0.1", "localhost", "::1"}
STATIC_SECONDS = 600  # how long a browser keeps a script or style sheet without asking again


class ReadableJson(DefaultJSONProvider):
    """JSON that people can read: Chinese unescaped, names in the order they were given."""

    ensure_ascii = False
    sort_keys = False


def create_app(
    *,
    doors_token: str | None = None,
    defects: Collection[str] = (),
    redesigns: Collection[str] = (),
    only_loopback_names: bool = True,
    name: str | None = None,
    tls: ssl.SSLContext | None = None,
) -> Flask:
    """Make a portal with a memory of its own; its code has these defects and redesigns."""
    app = Flask(__name__)
    app.json = ReadableJson(app)
    app.extensions["mock_portal"] = Store()
    app.config["DEFECTS"] = list(defects)
    app.config["REDESIGNS"] = list(redesigns)
    app.config["DOORS_TOKEN"] = doors_token
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_SECONDS
    app.config["HOST_NAMES"] = LOOPBACK_NAMES | {name}
    app.config["TLS"] = tls
    for stem in (login, card, registration, entry, binding, pending, policies, insurer, doors):
        app.register_blueprint(stem.bp)
    if only_loopback_names:
        app.before_request(_refuse_foreign_host)
    for step in (_recognise, _note_request, pending.note_arrival, _strike, _demand_session):
        app.before_request(step)
    app.after_request(_finish)
    app.register_error_handler(Exception, _keep_crash)
    app.add_url_rule("/favicon.ico", "favicon", lambda: Response(status=204))
    return app


def _refuse_foreign_host() -> None:
    """Answer only to loopback names, so that no web page can reach the portal by DNS rebinding."""
    if urlsplit(f"//{request.host}").hostname not in current_app.config["HOST_NAMES"]:
        abort(Response("本门户只接受本机地址。", 403, content_type="text/plain; charset=utf-8"))


def _recognise() -> None:
    """Find the enterprise of this request: the session's, or before log-in the scope cookie's.

    A request that is not for the portal, such as a third party's beacon, keeps no session alive.
    """
    g.session = store().session(request.cookies.get("JSESSIONID", ""))
    g.signed_in = store().enterprises[g.session.uscc] if g.session else None
    if g.signed_in and _is_for_the_portal():
        g.session.last_seen = g.signed_in.clock.now()
    g.enterprise = g.signed_in or store().enterprises.get(request.cookies.get("mock_scope", ""))
    if g.enterprise:
        store().settle_late(g.enterprise)


def _is_for_the_portal() -> bool:
    return not request.path.startswith(("/__mock__/", "/static/", "/thirdparty/"))


def _note_request() -> None:
    if _is_for_the_portal():
        query = request.query_string.decode()
        g.line = Request(_now(), _uscc(), request.method, request.path, query)
        store().requests.append(g.line)


def _strike() -> None:
    if _is_for_the_portal():
        faults.strike()


def _demand_session() -> ResponseReturnValue | None:
    """Redirect a request without a session to the home page, JSON too, as the real desk does."""
    if request.path.startswith("/swProxy/") and g.signed_in is None:
        return redirect(url_for("login.home"))
    return None


def _finish(response: Response) -> Response:
    """Mark every answer as the mock's, and record that it was given."""
    response.headers["X-Mock-Portal"] = "1"
    if not request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-store"
    if _is_for_the_portal():
        faults.spoil(response)
        faults.dribble(response)
    if response.status_code != faults.NO_ANSWER:
        if "line" in g:
            g.line.status = response.status_code
        if g.get("arrival"):
            g.arrival.answered = True
    return response


def _keep_crash(error: Exception) -> ResponseReturnValue:
    """Keep an error of the portal itself, so that it never passes for a refusal."""
    trace = "".join(traceback.format_exception(error))
    crash = Crash(_now(), _uscc(), request.method, request.path, repr(error), trace)
    store().crashes.append(crash)
    return render_template("error.html"), getattr(error, "code", 500)


def _uscc() -> str | None:
    return g.enterprise.uscc if g.get("enterprise") else None


def _now() -> datetime:
    return (g.enterprise.clock if g.get("enterprise") else Clock()).now()
