"""卡介质: log-in with the legal person's card (guide-1.3, guide-1.4, faq-2, faq-3)."""

from flask import Blueprint, Response, jsonify, render_template, url_for

bp = Blueprint("card", __name__)


@bp.post("/pub/login/swcardloginurl")
def give_address() -> Response:
    """Tell the home page where the card box is."""
    address = url_for("login.open_form", _swCardF=1)
    return jsonify(code=0, message="", data=address)


def show_form() -> str:
    """Show the card box."""
    return render_template("card/form.html")


def log_in() -> str:
    """Take 登录 of the card box."""
    return show_form()
