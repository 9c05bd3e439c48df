"""Approval covers what was seen and what will be typed, and nothing else."""

from dataclasses import asdict, replace
from datetime import date, timedelta
from json import dumps, loads

import pytest

from bot import approval
from bot.approval import Approval, Snapshot
from bot.declaration import GUIDE_DECLARATION, digest
from bot.errors import BusinessException
from bot.settings import Mandate
from bot.work_item import WorkItem
from tests.bot.lists import ORIGIN, uscc
from tests.bot.test_ledger import ITEM

TODAY = date(2026, 1, 15)
SEEN = Snapshot(
    origin=ORIGIN,
    fields=(("申请编号", "XW1"), ("企业名称", ITEM.enterprise_name)),
    declaration=GUIDE_DECLARATION,
    documents=(("续转单证", "a" * 64),),
)
MANDATE = Mandate(
    signatory="模拟签字人",
    enterprises=(ITEM.uscc,),
    declaration=digest(GUIDE_DECLARATION),
    documents=("续转单证",),
    expires=TODAY,
)


def test_a_mandate_approves_what_it_covers():
    """The approval names the signatory and the digest of this very content."""
    approved = approval.by_mandate((MANDATE,), ITEM, SEEN, TODAY)

    assert approved
    assert (approved.by, approved.digest) == ("模拟签字人", SEEN.digest(ITEM.contact))


@pytest.mark.parametrize(
    "mandate",
    [
        MANDATE.model_copy(update={"enterprises": (uscc(2),)}),
        MANDATE.model_copy(update={"declaration": "0" * 64}),
        MANDATE.model_copy(update={"documents": ("别的单证",)}),
        MANDATE.model_copy(update={"expires": TODAY - timedelta(days=1)}),
    ],
    ids=["another enterprise", "another wording", "another document", "expired"],
)
def test_a_mandate_approves_nothing_beyond_its_limits(mandate: Mandate):
    """One limit that is passed is enough."""
    assert approval.by_mandate((mandate,), ITEM, SEEN, TODAY) is None


def test_a_form_without_documents_is_covered_by_no_mandate():
    """A mandate names kinds of documents; none at all is none of them."""
    assert approval.by_mandate((MANDATE,), ITEM, replace(SEEN, documents=()), TODAY) is None


def granted(mandate: Mandate = MANDATE, item: WorkItem = ITEM, now: Snapshot = SEEN) -> Approval:
    """Return what a mandate that covers this item approves."""
    approved = approval.by_mandate((mandate,), item, now, TODAY)
    assert approved
    return approved


def test_what_was_approved_may_be_intended():
    """The intent carries the contact data that were approved."""
    intent = approval.intend(ITEM, granted(), granted(), SEEN, SEEN)

    assert (intent.application_no, intent.contact) == (ITEM.application_no, ITEM.contact)


@pytest.mark.parametrize(
    ("now", "named"),
    [
        (replace(SEEN, fields=(("申请编号", "XW2"), SEEN.fields[1])), "申请编号"),
        (replace(SEEN, documents=(("续转单证", "b" * 64),)), "续转单证"),
        (replace(SEEN, declaration=replace(GUIDE_DECLARATION, label="同意")), "投保声明"),
        (replace(SEEN, origin="https://elsewhere.example"), "门户"),
        (replace(SEEN, fields=(*SEEN.fields, ("保费", "1"))), "保费"),
    ],
)
def test_a_difference_voids_the_approval_and_is_named(now: Snapshot, named: str):
    """Whatever differs at the press, the operator reads what it is."""
    with pytest.raises(BusinessException) as error:
        approval.intend(ITEM, granted(), granted(), SEEN, now)

    assert error.value.code == "CHANGED"
    assert named in error.value.explanation


OTHER_ITEM = replace(ITEM, contact=replace(ITEM.contact, email="other@example.com"))


@pytest.mark.parametrize(
    ("item", "before", "standing"),
    [
        (OTHER_ITEM, granted(), granted(item=OTHER_ITEM)),
        (ITEM, granted(item=OTHER_ITEM), granted()),
        (ITEM, granted(), None),
    ],
    ids=["other data in the list", "other data approved", "mandate gone or expired"],
)
def test_an_approval_that_does_not_stand_is_none(
    item: WorkItem, before: Approval, standing: Approval | None
):
    """The mandate must cover the item twice, when it is seen and when it is pressed."""
    with pytest.raises(BusinessException) as error:
        approval.intend(item, before, standing, SEEN, SEEN)

    assert error.value.code == "NOT_APPROVED"


def test_a_snapshot_survives_its_storage():
    """What the ledger gives back is what was put in."""
    assert Snapshot.load(loads(dumps(asdict(SEEN)))) == SEEN
