"""北京时间, the time of portal and signatories, in whichever zone this machine is."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


def now_in_beijing() -> datetime:
    """Return the current time in Beijing."""
    return datetime.now(BEIJING)


def in_beijing(moment: datetime) -> str:
    """Format a moment in Beijing time, for people."""
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def utc(moment: datetime) -> str:
    """Format a moment in UTC, to the millisecond, for machines."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def utc_now() -> str:
    """Return the current time as `utc` formats it."""
    return utc(datetime.now(UTC))


def beijing(moment: datetime) -> str:
    """Format a moment in Beijing time with its zone, to the second, for lines and records."""
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")


def stamp(moment: datetime) -> dict[str, str]:
    """Return a moment in UTC and in Beijing, and the zone of this machine."""
    return {
        "utc": utc(moment),
        "beijing": beijing(moment),
        "zone": f"{moment.astimezone():%Z %z}",
    }
