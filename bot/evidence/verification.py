"""核对: compares evidence with its seals; needs the files and the public key, nothing else."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bot.errors import NotFit
from bot.evidence.approvals import Approvals, is_signed_at_all
from bot.evidence.exchanges import exchanges
from bot.evidence.foreign_files import (
    UnfitFile,
    digest_of,
    is_folder,
    is_there,
    listed,
)
from bot.evidence.pack_file import MANIFEST, RECORDS, pack_files
from bot.evidence.seal import (
    CHAIN,
    PACK,
    RUN,
    Head,
    Seal,
    fingerprint,
    is_signed,
    read_public_key,
    signature_of,
)
from bot.evidence.seal_schema import checked_facts
from bot.ledger.history import count_claims
from bot.ledger.states import DECIDED, State
from bot.private_files import is_half
from bot.work_item import in_round

FOUND = {"record": "“保单查询”所见", "after": "确认后的画面"}  # by the kind of the file
OF_A_PACK = {"manifest", "before", "after", "document", "exchange", "look", "page", *RECORDS}
MOST_FINDINGS = 500  # that are listed
CONFIRMED = {State.CONFIRMED, State.ALREADY_CONFIRMED, *DECIDED}
GoodSeal = tuple[Seal, dict[str, Any]]  # with its facts, checked

KEY_OF_AN_APPROVER = "审批人自己的公钥，approvers add 写出的 approver.pem"


@dataclass(slots=True)
class Verification:
    """What was checked, and what differs from its seal."""

    packs: int = 0
    files: int = 0
    signed: int = 0  # presses that one of the given approvers has signed the approval of
    cleared: int = 0  # personal files that were deleted, as their seal says
    head: Head | None = None  # of the chain, if the whole evidence folder was checked
    fingerprint: str = ""  # of the public key
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether there are no findings."""
        return not self.findings


def verify(
    folder: Path, key_file: Path, head: str = "", approvers: Sequence[Path] = ()
) -> Verification:
    """Compare a pack, an enterprise's packs, or all evidence with what was sealed.

    `head` is the chain head that a report shows; only the whole evidence folder has the chain.
    With public keys of approvers, every press must have the approval of one of them.

    Raises:
        NotFit: there is no evidence in this folder, no chain for the head, or no key in this file.
    """
    key, folder = read_public_key(key_file), Path(os.path.realpath(folder))
    if head and not re.fullmatch(r"\d+-[0-9a-f]{64}", head):
        raise NotFit(f"{head} 不是证据链头", "请从结果网页或终端整个复制")
    verification = _Verification(
        folder, key, [read_public_key(one, KEY_OF_AN_APPROVER) for one in approvers]
    )
    verification.verdict.fingerprint = fingerprint(key)
    try:
        packs = _sealed_in(folder) or _one_pack(folder)
        is_whole = is_folder(folder / CHAIN) or any(map(_sealed_in, _folders(folder)))
    except (FileNotFoundError, NotADirectoryError):
        packs, is_whole = [], False
    except OSError as error:
        raise NotFit(f"读不了 {folder}：{error.strerror or error}", "请核对路径和权限") from error
    if is_whole:
        verification.whole(head)
    elif packs:
        if head:
            told = "证据链头要有整个证据文件夹才能核对"
            raise NotFit(told, "请给出整个证据文件夹，或去掉 --head")
        verification.packs(packs)
    else:
        raise NotFit(f"{folder} 里没有证据包", "请给出一个证据包的文件夹，或整个证据文件夹")
    verification.judge_key()
    verification.judge_extent()
    return verification.verdict


def _folders(folder: Path) -> list[Path]:
    return [one for one in listed(folder) if is_folder(one)]


def _sealed_in(folder: Path) -> list[Path]:
    """Return the packs in a folder that have a manifest."""
    return [one for one in _folders(folder) if is_there(one / MANIFEST)]


def _one_pack(folder: Path) -> list[Path]:
    """Return the folder if it holds files of a pack, even without a manifest."""
    names = [one.name for one in listed(folder)]
    return [folder] if any(one.kind in OF_A_PACK for one in pack_files(names)) else []


class _Verification:
    """One check of a folder; it collects every finding and never stops at one."""

    def __init__(
        self, folder: Path, key: Ed25519PublicKey, approvers: Sequence[Ed25519PublicKey]
    ) -> None:
        self._folder = folder
        self._key = key
        self._approvals = Approvals(approvers) if approvers else None
        self._good = self._bad = 0  # signatures
        self.verdict = Verification()

    def packs(self, packs: list[Path]) -> None:
        """Verify packs without their chain."""
        for pack in packs:
            if good := self._seal(pack / MANIFEST):
                _, facts = good
                if facts["kind"] != PACK:
                    self._find(f"{self._name(pack / MANIFEST)} 不是证据包的封存")
                    continue
                self._pack(pack, facts)
                number = f"{facts['application_no']}{in_round(facts.get('round', 1))}"
                whose = f"{facts['enterprise_name']} {number}"
                self.verdict.notes.append(f"这是 {whose} 的证据包，封存第 {facts['sequence']} 环")
                self._exchanges(pack)
        self.verdict.notes.append("只核对了证据包本身；有没有整包缺少，要核对整个证据文件夹")

    def whole(self, head: str) -> None:
        """Verify the chain, and every pack by its last seal."""
        last: dict[str, Path] = {}  # the seal of each pack
        sealed: dict[str, dict[str, str]] = {}  # the files of each pack, with their digests
        for name, facts in self._chain(head):
            if facts["kind"] == PACK:
                files = {one["name"]: one["sha256"] for one in facts["files"]}
                self._follows(facts["pack"], files, sealed.get(facts["pack"], {}))
                last[facts["pack"]], sealed[facts["pack"]] = name, files
        for place, name in last.items():
            pack = self._folder / place
            if not is_folder(pack):
                self._find(f"缺少证据包 {place}，或它是链接")
            elif good := self._seal(name):  # read again: facts of a whole chain are too much
                seal, facts = good
                self._expect_last_seal(pack, seal)
                self._pack(pack, facts)
        self._strangers({self._folder / place for place in last})
        if not head:
            told = "没有给出证据链头，没有核对链尾有没有被截去：请用 --head 给出结果网页上的链头"
            self.verdict.notes.append(told)

    def _chain(self, head: str) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Give the good seals with their facts, and check that no seal is missing between them."""
        previous, kind, is_known = Head(0, ""), "", False
        names = [one for one in self._listed(self._folder / CHAIN) if one.suffix == ".json"]
        for name in names:
            good = self._seal(name)
            if not good:
                previous = Head(previous.sequence + 1, self._digest(name))
                continue
            seal, facts = good
            if facts["sequence"] != previous.sequence + 1 or facts["previous"] != previous.digest:
                self._find(f"封存链在 {name.name} 之前断开：少了、多了或换了一环")
            previous, kind = Head(facts["sequence"], seal.digest), facts["kind"]
            is_known = is_known or str(previous) == head
            yield name, facts
        self.verdict.head = previous if names else None
        if head and not is_known:
            self._find(f"封存链里没有链头 {head}：链尾被截去，或不是同一份证据")
        if kind != RUN:
            self._find("封存链没有结束：最后一次运行被中断（再运行一次即补上），或链尾被截去")

    def _follows(self, pack: str, files: dict[str, str], before: dict[str, str]) -> None:
        """Check that a later seal of a pack still lists every file of the earlier seal."""
        for name, digest in before.items():
            if files.get(name) != digest:
                self._find(f"{pack} 的后一次封存不认前一次的 {name}")

    def _expect_last_seal(self, pack: Path, seal: Seal) -> None:
        with suppress(OSError):
            if Seal.read(pack / MANIFEST) == seal:
                return
        self._find(f"{self._name(pack / MANIFEST)} 被改动或不见了，不是这个证据包最后一次的封存")

    def _pack(self, pack: Path, facts: dict[str, Any]) -> None:
        """Compare every file of a pack with its seal, and its presses with what was signed."""
        self.verdict.packs += 1
        before = len(self.verdict.findings)
        if lacking := "、".join(_lacking(facts)):
            told = f"{facts['pack']} 封存时就缺少{lacking}：程序曾被中断，或磁盘写不进去"
            self.verdict.notes.append(told)
        due = {MANIFEST, signature_of(Path(MANIFEST)).name}
        for one in facts["files"]:
            due.add(one["name"])
            file = pack / one["name"]
            if not is_there(file):
                if one["cleared_at"]:
                    self.verdict.cleared += 1
                else:
                    self._find(f"缺少文件 {self._name(file)}")
                continue
            self.verdict.files += 1
            if (digest := self._digest(file)) != one["sha256"]:
                if digest:
                    self._find(f"文件被改动 {self._name(file)}")
            elif one["cleared_at"]:
                self._find(f"登记为已清除的文件还在 {self._name(file)}：请再运行 purge")
        for file in self._listed(pack):
            if file.name not in due and not is_half(file):
                self._find(
                    f"多出没有封存的文件 {self._name(file)}："
                    "运行被中断时会这样，再运行一次即封存；否则是后来放进去的"
                )
        if len(self.verdict.findings) == before:  # what was changed is not read any further
            with self._as_written(pack):
                self._presses(pack, facts)

    def _presses(self, pack: Path, facts: dict[str, Any]) -> None:
        if self._approvals:
            judged = self._approvals.judge(pack, facts)
            self.verdict.signed += judged.signed
            self.verdict.findings.extend(f"{facts['pack']} {one}" for one in judged.findings)
            self.verdict.notes.extend(f"{facts['pack']} {one}" for one in judged.notes)
        elif is_signed_at_all(facts):
            told = (
                f"{facts['pack']} 有审批人签字的批准单，没有核对：请用 --approver 给出审批人的公钥"
            )
            self.verdict.notes.append(told)

    def _strangers(self, packs: set[Path]) -> None:
        """Report every file and folder that no seal knows."""
        here = self._listed(self._folder)
        for file in (one for one in here if not is_folder(one)):
            self._find(f"多出 {self._name(file)}，不属于任何证据包")
        below = [one for folder in here if is_folder(folder) for one in self._listed(folder)]
        seals = {one for one in below if one.parent.name == CHAIN and one.suffix == ".json"}
        seals |= {signature_of(seal) for seal in seals}
        for folder in below:
            if folder.parent.name == CHAIN:
                if folder not in seals and not is_half(folder):
                    self._find(f"多出 {self._name(folder)}，或缺少它的封存")
            elif folder not in packs:
                self._find(f"多出没有封存的证据包 {self._name(folder)}：再运行一次即封存")

    def _exchanges(self, pack: Path) -> None:
        """Note what each press has sent, as far as its record can be read."""
        with self._as_written(pack):
            self.verdict.notes.extend(exchanges(pack))

    @contextmanager
    def _as_written(self, pack: Path) -> Iterator[None]:
        """Report a record that this program cannot have written."""
        try:
            yield
        except UnfitFile as error:
            self._find(f"{self._name(pack)} 里的记录没有核对：{error}")
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            self._find(f"{self._name(pack)} 里的记录读不懂：不是本程序写的样子")

    def _listed(self, folder: Path) -> list[Path]:
        try:
            return listed(folder)
        except OSError as error:
            self._find(f"没有核对 {self._name(folder)}：{error.strerror or error}")
            return []

    def _digest(self, file: Path) -> str:
        """Return the digest of a file; empty if it cannot be read, which is a finding."""
        try:
            return digest_of(file)
        except OSError as error:
            self._find(f"没有核对 {self._name(file)}：{error.strerror or error}")
            return ""

    def _seal(self, name: Path) -> GoodSeal | None:
        """Return a seal whose signature is good, with its facts if they are what a seal says."""
        try:
            seal = Seal.read(name)
        except UnfitFile as error:
            self._find(f"没有核对 {self._name(name)} 或它的签名：{error}")
            return None
        except OSError:
            self._find(f"{self._name(name)} 或它的签名不见了")
            return None
        is_good = is_signed(seal, self._key)
        self._good, self._bad = self._good + is_good, self._bad + (not is_good)
        if not is_good:
            self._find(f"{self._name(name)} 的签名不对：内容被改动，或不是这把公钥签的")
            return None
        try:
            return seal, checked_facts(seal.content)
        except UnfitFile as error:
            self._find(f"{self._name(name)} {error}")
            return None

    def judge_key(self) -> None:
        """Replace all findings by one if no signature at all matches this key."""
        if self._bad and not self._good:
            self.verdict.findings = [
                "没有一处签名出自这把公钥：公钥拿错了（请对照结果网页上的公钥指纹），"
                "或全部证据被换过"
            ]

    def judge_extent(self) -> None:
        """Let nothing that was not looked at pass, and a flood of findings be told in short."""
        findings = self.verdict.findings
        if not (self.verdict.packs or findings):
            self._find("没有核对到任何证据包")
        if (rest := len(findings) - MOST_FINDINGS) > 0:
            findings[MOST_FINDINGS:] = [f"另有 {rest} 处没有列出"]

    def _name(self, file: Path) -> str:
        return file.relative_to(self._folder).as_posix()

    def _find(self, told: str) -> None:
        self.verdict.findings.append(told)


def _lacking(facts: dict[str, Any]) -> Iterator[str]:
    """Give the evidence that the history of a pack requires and that its seal does not list."""
    kept = Counter(one.kind for one in pack_files(one["name"] for one in facts["files"]))
    if count_claims(facts["history"]) > kept["press"]:
        yield "按下的记录"
    if facts["state"] in CONFIRMED:
        yield from (told for stem, told in FOUND.items() if not kept[stem])
