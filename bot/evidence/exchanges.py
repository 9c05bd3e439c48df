"""往来: what the presses of a pack have sent, and what the portal answered."""

from collections.abc import Iterator
from pathlib import Path

from bot.evidence.foreign_files import content_of, listed, parsed
from bot.evidence.pack_file import pack_files


def exchanges(pack: Path) -> Iterator[str]:
    """Tell what each press of a pack has sent, and what the portal answered.

    Raises:
        OSError, LookupError, TypeError, AttributeError: a record is not as this program writes it.
    """
    names = pack_files(one.name for one in listed(pack))
    for file in sorted(one for one in names if one.stem == "press"):
        press = parsed(content_of(pack / file.name))
        if not (sent := press.get("request")):  # a press that sent nothing, or an older record
            continue
        fields = "，".join(f"{name} {value}" for name, value in sent["fields"].items())
        compared = "与批准的内容比对无误" if sent["is_compared"] else "内容无法解读，没有比对"
        answer = press["answer"]
        told = f"HTTP {answer['status']} {answer['said']}" if answer else "没有收全"
        request = f"{sent['method']} {sent['path']}（{fields}；{compared}）"
        yield f"{file.name}：发出 {request}；门户应答 {told}"
