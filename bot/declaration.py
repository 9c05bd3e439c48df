"""投保声明: the wording that was accepted, and whether the screen still shows it (guide-2.4)."""

import json
from difflib import ndiff
from hashlib import sha256

from pages.models import Declaration

# guide-2.4, word for word
GUIDE_DECLARATION = Declaration(
    clauses=(
        "我公司申请开通中国信保“中小企业网上服务平台”账号并根据《中国出口信用保险公司网上业务服务协议》"
        "约定使用中国信保“中小企业网上服务平台”服务。",
        "我公司已查看以上投保信息，并对以上投保信息确认无误。",
        "我公司已阅读该产品条款，特别就条款中有关责任免除和被保险人义务的内容进行阅读，"
        "充分理解并同意接受条款全部内容。",
    ),
    label="已认真阅读以上内容并同意",
)


def digest(declaration: Declaration) -> str:
    """Return the digest by which a mandate names the wording."""
    words = json.dumps([*declaration.clauses, declaration.label], ensure_ascii=False)
    return sha256(words.encode()).hexdigest()


def differences(accepted: Declaration, shown: Declaration) -> tuple[str, ...]:
    """Return the removed (-) and added (+) lines."""
    before = [*accepted.clauses, accepted.label]
    after = [*shown.clauses, shown.label]
    return tuple(line for line in ndiff(before, after) if line[0] in "-+")
