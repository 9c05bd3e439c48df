"""结果核验: whether what 保单查询 shows after a press is this press's (guide-2.6).

Nothing here touches portal, ledger or clock: `judge` compares a look after the press with the look
before it, so that no older record and no other person's is taken for the confirmation.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.clock import BEIJING
from bot.ledger.snapshot import Baseline
from pages.models import PolicyRecord, PolicyStatus

GRAINS = (  # how portals write a time, and how long such a time lasts
    ("%Y-%m-%d %H:%M:%S", timedelta(seconds=1)),
    ("%Y-%m-%d %H:%M", timedelta(minutes=1)),
    ("%Y-%m-%d", timedelta(days=1)),
)
CONFIRMED = frozenset({PolicyStatus.CONFIRMED, PolicyStatus.UNDERWRITTEN})
SENT_BACK = frozenset({PolicyStatus.RETURNED, PolicyStatus.DECLINED})
FOLLOWS_A_CONFIRMATION = CONFIRMED | SENT_BACK  # the insurer decides on nothing else
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The record that is this press's, if there is one; and what was seen, in Chinese."""

    record: PolicyRecord | None
    told: str
    is_news: bool = False  # something is there that was not there before the press
    elsewhere: PolicyRecord | None = None  # new and confirmed, and not by this press


def judge(
    claimed_at: datetime,
    baseline: Baseline | None,
    records: Iterable[PolicyRecord],
    is_pending: bool,
) -> Judgement:
    """Judge a look after a press that was claimed at this time.

    Positive is a record that is new, has a status that follows a confirmation, was confirmed not
    before the claim, and belongs to a policy that 待确认 does not list any more.
    """
    shown = sorted(records, key=confirmation_time, reverse=True)
    known = baseline.records if baseline else ()
    news = [one for one in shown if _is_new(one, known)]
    earliest = claimed_at + min(_ahead(baseline), timedelta(0))
    ours = [one for one in news if not _objection(one, earliest)]
    where = "仍在“待确认”中" if is_pending else "已不在“待确认”中"
    if ours and not is_pending:
        return Judgement(ours[0], f"门户显示“{ours[0].status.value}”", is_news=True)
    if ours:
        told = f"“保单查询”显示{_named(ours[0])}，可是保单{where}，不能断定已确认"
    elif news:
        told = f"“保单查询”显示{_named(news[0])}，{_objection(news[0], earliest)}，保单{where}"
    elif shown:
        told = f"“保单查询”只有按下之前就有的{_named(shown[0])}，保单{where}"
    elif is_pending:
        told = "门户仍在“待确认”中"
    else:
        told = "门户在“待确认”和“保单查询”中都查不到"
    confirmed = [one for one in news if one.status in CONFIRMED and not is_pending]
    return Judgement(None, told, is_news=bool(news), elsewhere=next(iter(confirmed), None))


def latest(records: Iterable[PolicyRecord]) -> PolicyRecord | None:
    """Return the record with the latest time, of several that one policy has.

    Of one day, what was returned came first: nothing else is confirmed again.
    """
    return max(records, key=_in_order, default=None)


def of_time(records: Iterable[PolicyRecord], confirmed_at: str) -> PolicyRecord | None:
    """Return the record of the confirmation that was seen with this time.

    A portal that shows one record alone may write the time of its last step there.
    """
    shown = list(records)
    if own := latest(one for one in shown if one.confirmed_at == confirmed_at):
        return own
    is_later = len(shown) == 1 and confirmation_time(shown[0]) >= _parsed(confirmed_at)[0]
    return shown[0] if is_later else None


def _is_new(record: PolicyRecord, known: Iterable[PolicyRecord]) -> bool:
    """Tell whether a record is another one, or has become one that only a confirmation makes.

    A decision moves a known record on without any press, and leaves its time as it is.
    """
    before = {one.status for one in known if one.confirmed_at == record.confirmed_at}
    return not before or (record.status in CONFIRMED and before <= SENT_BACK)


def _objection(record: PolicyRecord, earliest: datetime) -> str:
    """Return why a new record is not this press's; empty if it may be."""
    if record.status not in FOLLOWS_A_CONFIRMATION:
        return "不是确认以后的状态"
    begins, grain = _parsed(record.confirmed_at)
    if not grain:
        return "看不出是不是按下以后确认的"
    return "确认时间在按下之前" if begins + grain <= earliest else ""


def _ahead(baseline: Baseline | None) -> timedelta:
    return (baseline.portal_ahead if baseline else None) or timedelta(0)


def _named(record: PolicyRecord) -> str:
    return f"“{record.status.value}”（确认时间 {record.confirmed_at or '没有写'}）"


def _in_order(record: PolicyRecord) -> tuple[datetime, bool]:
    return confirmation_time(record), record.status is not PolicyStatus.RETURNED


def confirmation_time(record: PolicyRecord) -> datetime:
    """Return when a record says that it was confirmed; long ago if that is unreadable."""
    return _parsed(record.confirmed_at)[0]


def _parsed(written: str) -> tuple[datetime, timedelta]:
    """Return when a time begins, and how long it lasts; long ago, and not at all, if unreadable."""
    text = written.strip().replace("/", "-").replace("T", " ").partition(".")[0]
    for form, grain in GRAINS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=BEIJING), grain
        except ValueError:
            continue
    return LONG_AGO, timedelta(0)
