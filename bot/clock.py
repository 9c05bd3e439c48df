"""The time where portal and signatories are: 北京时间, whatever the zone of this machine."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


def now_in_beijing() -> datetime:
    """Return the time where portal and signatories are."""
    return datetime.now(BEIJING)


def in_beijing(moment: datetime) -> str:
    """Write a moment as portal and signatories do."""
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def utc(moment: datetime) -> str:
    """Write a moment for machines, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def stamp(moment: datetime) -> dict[str, str]:
    """Return a moment in UTC and in Beijing, and the zone of this machine."""
    return {
        "utc": utc(moment),
        "beijing": moment.astimezone(BEIJING).isoformat(timespec="seconds"),
        "zone": f"{moment.astimezone():%Z %z}",
    }
