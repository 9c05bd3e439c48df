"""小微企业在线投保: the desk behind 地方特色应用, with its menu and its frames (guide-1.8)."""

from urllib.parse import quote

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mock_portal import faults
from mock_portal.wording import Wording

DESK = "/swProxy/xwtbserver"
MENU_ID = "xwtb001"
# The name of the business on each home page (docs/mock-portal.md, editions).
BUSINESSES = {MENU_ID: "小微企业在线投保", "phtb001": "普惠平台在线投保"}

bp = Blueprint("entry", __name__, url_prefix=f"{DESK}/sw")


@bp.app_template_global()
def frame_url(endpoint: str, **arguments: str) -> str:
    """Return the address of a page in a frame of the desk; it carries `ngBasePath`."""
    address = url_for(endpoint, **arguments)  # type: ignore[arg-type]  # they are for the query
    separator = "&" if "?" in address else "?"
    return f"{address}{separator}ngBasePath={quote(DESK + '/', safe='')}"


@bp.get("/deskIndex")
def open_desk() -> ResponseReturnValue:
    """Show the desk: menu, tab strip and frames; at the first entry ask for 绑定 instead."""
    menu_id = request.args.get("menu_id", MENU_ID)
    if menu_id not in BUSINESSES:
        abort(404)
    if not (g.signed_in.is_bound or g.session.is_local):
        return redirect(url_for("binding.open_binding"))
    return render_template(
        "entry/desk.html",
        enterprise=g.signed_in,
        menu_id=menu_id,
        business=BUSINESSES[menu_id],
        announcement=faults.find("announcement"),
        text=Wording.ANNOUNCEMENT,
    )


@bp.get("/welcome")
def welcome() -> str:
    """Show the first tab of the desk."""
    business = BUSINESSES.get(request.args.get("menu_id", ""), BUSINESSES[MENU_ID])
    return render_template("entry/welcome.html", enterprise=g.signed_in, business=business)
