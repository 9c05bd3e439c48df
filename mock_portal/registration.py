"""立即注册, 忘记密码, 忘记用户名 (guide-1.5, guide-1.6, guide-1.7, faq-4)."""

from flask import Blueprint

bp = Blueprint("registration", __name__, url_prefix="/userserver/user")


@bp.get("/userEtpsRegister/choseRgtWay")
def choose_way() -> str:
    """Show 企业基本信息."""
    return ""


@bp.get("/recover/<lost>")
def recover(lost: str) -> str:
    """Show 请选择账号类型."""
    return lost
