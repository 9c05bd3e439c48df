"""The registry of tricks: what a hostile portal tries, and how a run of the bot may end there.

Each trick is on for one enterprise. Its script stands at the end of a page (`on`), its answers
replace those of the mock, its edits change them after the mock has done what was asked.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from mock_portal.wording import Wording
from tests.bot.hostile import answers, scripts
from tests.bot.hostile.answers import BOX, HALF, JSON, PAGE, PDF, SUCCESS, Answer, Edit
from tests.bot.hostile.witness import CONFIRM

COMPARED, WAY_OUT, POSITIVE, LIMITS = 1, 2, 3, 4  # items of the demand that a trick belongs to

# How a run may end, by the states that `single-window run --json` tells.
CONFIRMED = frozenset({"confirmed"})
NOT_SENT = frozenset({"failed", "changed", "needs_person"})
PRESSED = frozenset({"confirmed", "in_doubt"})
DOUBT = frozenset({"in_doubt"})
ANY_SAFE = CONFIRMED | NOT_SENT  # compared and sent, or not sent: both are right
LEFT_OUT = frozenset({""})  # the run does not name the policy

# In doubt although nothing arrived: only where the way out cannot tell, and why.
CANNOT_TELL: Mapping[str, str] = {}

PROFILE_WITH_ID = "profile-with-id.toml"  # of a portal that sends an internal id
QUICK = {"timeout_seconds": 8, "item_minutes": 0.5}
WITH_ID = QUICK | {"portal_profile": PROFILE_WITH_ID}
STUCK = {"timeout_seconds": 4, "item_minutes": 0.25}


@dataclass(frozen=True, slots=True)
class Proof:
    """What arrives when a browser that nobody guards presses 确认投保; or why that is not tried."""

    confirmations: int = 0
    is_approved: bool | None = None  # whether each of them is as approved
    others: int = 0  # requests at addresses of the hostile portal
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Trick:
    """One thing that a hostile portal tries."""

    name: str
    sentence: str
    item: int
    ends: frozenset[str]
    proof: Proof
    on: Mapping[str, str] = field(default_factory=dict)  # page: script
    answers: Mapping[str, Answer] = field(default_factory=dict)  # page: in place of the mock's
    edits: Mapping[str, Edit] = field(default_factory=dict)  # page: of what the mock has answered
    listed: int = 1  # policies in the list; one more is pending outside it
    names_numbers: bool = True  # the list does; else it asks for all that are pending
    trusts_twin: bool = False  # the settings name the portal's second origin
    settings: Mapping[str, object] = field(default_factory=lambda: QUICK)

    @property
    def is_stuck(self) -> bool:
        """Whether it lives by the deadline."""
        return self.settings is STUCK


ONE = Proof(confirmations=1, is_approved=True)
TWO = Proof(confirmations=2)
WRONG = Proof(confirmations=1, is_approved=False)
NOISE = Proof(confirmations=1, is_approved=True, others=1)
HANGS = Proof(why_not="the page hangs for a browser that nobody guards, too")

OTHER_VALUES = {
    "contactName": "别人",
    "contactPhone": "020-11111111",
    "contactMobile": "13900000000",
    "contactEmail": "somebody@example.com",
    "remarks": "另有约定",
}

CONTROL = Trick("none", "The portal does nothing but its work.", COMPARED, CONFIRMED, ONE)


def at_form(
    name: str,
    sentence: str,
    item: int,
    ends: frozenset[str],
    proof: Proof,
    script: str,
    **more: object,
) -> Trick:
    """Return a trick of the form's own page."""
    return Trick(name, sentence, item, ends, proof, on={"form": script}, **more)


def compared() -> Iterable[Trick]:
    """Item 1: what is sent is not what was approved, or not as a form sends it."""
    for field_name, value in OTHER_VALUES.items():
        yield at_form(
            f"other_{field_name}",
            f"The page sends another {field_name} than was typed.",
            COMPARED,
            NOT_SENT,
            WRONG,
            scripts.changed({field_name: value}),
        )
    for field_name in ("contactEmail", "remarks", "applNo"):
        yield at_form(
            f"missing_{field_name}",
            f"The page leaves {field_name} out.",
            COMPARED,
            NOT_SENT,
            WRONG,
            scripts.changed({field_name: None}),
        )
    yield at_form(
        "trailing_blank",
        "The page adds a blank to the name.",
        COMPARED,
        NOT_SENT,
        WRONG,
        scripts.changed({"contactName": "模拟联系人 "}),
    )
    yield at_form(
        "zero_width_number",
        "The page hides a character without width in the number.",
        COMPARED,
        NOT_SENT,
        WRONG,
        scripts.sent('H.values({ applNo: form.applNo.value + "\\u200b" })'),
    )
    yield at_form(
        "unknown_number",
        "The page sends a number that nobody has.",
        COMPARED,
        NOT_SENT,
        WRONG,
        scripts.changed({"applNo": "XW20000101000000"}),
    )
    yield at_form(
        "another_in_list",
        "The page sends the number of the other policy in the list.",
        COMPARED,
        NOT_SENT,
        WRONG,
        scripts.ANOTHER_IN_LIST,
        listed=2,
    )
    for name, sentence, script in (
        ("pending_outside", "The page sends a number outside the list.", scripts.PENDING_OUTSIDE),
        ("field_with_outside", "A further field has another number.", scripts.FIELD_WITH_OUTSIDE),
        ("number_twice", "The number is sent twice, once another.", scripts.NUMBER_TWICE),
        ("mobile_twice", "The mobile number is sent twice.", scripts.MOBILE_TWICE),
        ("number_in_query", "Another number stands in the query.", scripts.NUMBER_IN_QUERY),
        ("json_other_mobile", "JSON with another mobile number.", scripts.JSON_OTHER_MOBILE),
        ("json_list", "JSON with a list of two policies.", scripts.JSON_LIST),
        ("multipart_other_mobile", "Parts with another mobile.", scripts.MULTIPART_OTHER_MOBILE),
        ("other_path", "The page sends to an address that confirms all.", scripts.OTHER_PATH),
        ("by_get", "The page confirms by GET.", scripts.BY_GET),
        ("by_put", "The page confirms by PUT.", scripts.BY_PUT),
        ("to_foreign", "The page sends to the same path elsewhere.", scripts.TO_FOREIGN),
    ):
        yield at_form(name, sentence, COMPARED, NOT_SENT, WRONG, script)
    for name, sentence, script in (
        ("text_plain", "The body says that it is plain text.", scripts.TEXT_PLAIN),
        ("bytes", "The body has no content type.", scripts.BYTES),
        ("gzip", "The body is packed.", scripts.GZIP),
        ("as_text_form", "A form of the type text/plain is sent.", scripts.AS_TEXT_FORM),
    ):
        yield at_form(name, sentence, COMPARED, NOT_SENT, Proof(confirmations=1), script)
    no_stream = Proof(why_not="Chromium sends a stream over HTTP/2 only")
    yield at_form("stream", "The body is a stream.", COMPARED, NOT_SENT, no_stream, scripts.STREAM)
    for name, sentence, ends, other in (
        ("internal_id", "The page sends the id of its record, too.", CONFIRMED, {}),
        ("other_internal_id", "It sends another id.", NOT_SENT, {"recordId": "4712"}),
        ("no_internal_id", "It leaves its id out.", NOT_SENT, {"recordId": None}),
    ):
        script = scripts.WITH_ID + scripts.changed(other)
        yield at_form(name, sentence, COMPARED, ends, ONE, script, settings=WITH_ID)
    # an honest body of another kind: compared, or not sent
    for name, sentence, script in (
        ("json", "The same fields come as JSON.", scripts.JSON_BODY),
        ("multipart", "The same fields come as multipart.", scripts.MULTIPART),
        ("into_frame", "A form is sent into a frame.", scripts.INTO_FRAME),
        ("into_window", "A form is sent into a new window.", scripts.INTO_WINDOW),
        ("by_beacon", "A beacon carries the confirmation.", scripts.BY_BEACON),
    ):
        yield at_form(name, sentence, COMPARED, ANY_SAFE, ONE, script)


def noise() -> Iterable[Trick]:
    """Item 1: what a page sends besides; a bot that refuses it all does not do its work."""
    for name, sentence, script in (
        ("beacon_at_click", "Each click sends a beacon.", scripts.BEACON_AT_CLICK),
        ("beacon_with_number", "A beacon carries what was typed.", scripts.BEACON_WITH_NUMBER),
        ("heartbeat", "A heartbeat is posted five times a second.", scripts.HEARTBEAT),
        ("heartbeat_of_worker", "A shared worker posts it.", scripts.HEARTBEAT_OF_WORKER),
        ("token", "A token is fetched at the press.", scripts.TOKEN),
        ("checks_fields", "Each field is posted when it is left.", scripts.CHECKS_FIELDS),
        ("foreign_beacon", "Each click tells another origin.", scripts.FOREIGN_BEACON_AT_CLICK),
    ):
        yield at_form(name, sentence, COMPARED, CONFIRMED, NOISE, script)
    yield at_form(
        "reconnecting_sockets",
        "Six WebSockets come again as soon as they are cut.",
        WAY_OUT,
        CONFIRMED,
        NOISE,
        scripts.RECONNECTING,
        listed=3,
    )


def ways_out() -> Iterable[Trick]:
    """Item 2: a confirmation that leaves by a way that page routing does not see, or again."""
    for name, sentence, script in (
        ("twice_at_once", "The page sends twice at once.", scripts.TWICE_AT_ONCE),
        ("twice_soon", "The page sends again after 300 ms.", scripts.TWICE_SOON),
        ("again_at_answer", "The page sends again at the answer.", scripts.AGAIN_AT_ANSWER),
        ("beside_by_beacon", "A beacon carries it as well.", scripts.BESIDE_BY_BEACON),
        ("fetch_later_beside", "fetchLater carries it as well.", scripts.FETCH_LATER_BESIDE),
        ("beacon_at_pagehide", "A beacon goes when the form goes.", scripts.BEACON_AT_PAGEHIDE),
        ("keepalive_at_unload", "A fetch outlives the form.", scripts.KEEPALIVE_AT_UNLOAD),
    ):
        yield at_form(name, sentence, WAY_OUT, CONFIRMED, TWO, script)
    for name, sentence, script in (
        ("worker", "A worker sends it.", scripts.in_worker("worker")),
        ("nested_worker", "A worker of a worker sends it.", scripts.in_worker("nested")),
        ("blank_window", "An about:blank window sends it.", scripts.BLANK_WINDOW),
        ("srcdoc_frame", "A frame without an address sends it.", scripts.SRCDOC_FRAME),
        ("popup", "A window sends it.", scripts.POPUP),
    ):
        yield at_form(name, f"{sentence} The page says busy.", WAY_OUT, ANY_SAFE, ONE, script)
    outside = "H.values({ applNo: H.outside })"
    for name, sentence, proof, script in (
        ("shared_worker", "A shared worker sends it.", ONE, scripts.in_worker("shared")),
        (
            "shared_worker_tries",
            "A shared worker tries until it is through.",
            ONE,
            scripts.in_worker("shared", tries=30),
        ),
        (
            "shared_worker_outside",
            "A shared worker sends a number outside the list.",
            WRONG,
            scripts.in_worker("shared", outside),
        ),
        (
            "shared_worker_before",
            "A shared worker, there since the form opened, sends it.",
            ONE,
            scripts.SHARED_WORKER_BEFORE,
        ),
        ("fetch_later", "fetchLater sends it.", ONE, scripts.FETCH_LATER),
        ("service_worker", "A service worker sends it.", ONE, scripts.SERVICE_WORKER),
        ("socket", "A WebSocket's message confirms.", WRONG, scripts.SOCKET),
        ("socket_before", "A WebSocket open before does.", WRONG, scripts.SOCKET_BEFORE),
        ("socket_of_worker", "A shared worker's does.", WRONG, scripts.SOCKET_IN_WORKER),
        ("prefetch", "A prefetched link confirms.", WRONG, scripts.PREFETCH),
        ("image", "The address of a picture confirms.", WRONG, scripts.IMAGE),
        ("link_ping", "The ping of a link confirms.", WRONG, scripts.LINK_PING),
        ("download", "A download confirms.", WRONG, scripts.DOWNLOAD),
        ("speculative_prefetch", "A rule fetches ahead.", WRONG, scripts.speculation("prefetch")),
        ("speculative_prerender", "A rule builds ahead.", WRONG, scripts.speculation("prerender")),
        ("foreign_frame", "A frame of elsewhere sends it.", WRONG, scripts.FOREIGN_FRAME),
    ):
        yield at_form(name, f"{sentence} The page says busy.", WAY_OUT, NOT_SENT, proof, script)
    yield at_form(
        "twin_frame",
        "A frame of the portal's second origin confirms. The page says busy.",
        WAY_OUT,
        NOT_SENT,
        WRONG,
        scripts.TWIN_FRAME,
        trusts_twin=True,
    )
    yield Trick(
        "home_tab",
        "The home page behind the desk sends it. The page says busy.",
        WAY_OUT,
        NOT_SENT,
        ONE,
        on={"home": scripts.HOME_LISTENS, "form": scripts.TELL_HOME},
    )
    for name, sentence, script in (
        ("on_tick", "The page confirms as soon as the tick is set.", scripts.ON_TICK),
        ("on_blur", "The page confirms when the last field is left.", scripts.ON_BLUR),
        ("on_opening", "The page confirms when the form opens.", scripts.ON_OPENING),
    ):
        yield at_form(name, sentence, WAY_OUT, ANY_SAFE, TWO, script)
    yield Trick(
        "on_listing",
        "待确认 confirms what it lists.",
        WAY_OUT,
        ANY_SAFE,
        Proof(confirmations=1),
        on={"list": scripts.ON_LISTING},
    )
    nothing = Proof(why_not="nothing is sent, by anybody")
    yield at_form(
        "says_done", "The page says 确认成功 and sends nothing.", WAY_OUT, NOT_SENT, nothing,
        scripts.SAYS_DONE,
    )  # fmt: skip
    yield at_form(
        "says_busy_though_sent",
        "The page says 系统繁忙 whatever the portal has answered.",
        WAY_OUT,
        CONFIRMED,
        ONE,
        scripts.SAYS_BUSY_THOUGH_SENT,
    )
    for name, sentence, status, path, with_number in (
        ("redirect_307", "The answer sends the form there again.", 307, CONFIRM, False),
        ("redirect_308", "So for good.", 308, CONFIRM, False),
        ("redirect_302", "The answer leads to a link that confirms.", 302, CONFIRM, True),
    ):
        edits = {"confirm": answers.redirect(status, path, with_number=with_number)}
        yield Trick(name, sentence, WAY_OUT, CONFIRMED, TWO, edits=edits)


def positive() -> Iterable[Trick]:
    """Item 3: a record in 保单查询 that is not this press's, or not positive."""
    month, day = timedelta(days=30), timedelta(days=1)
    nothing_done = {"confirm": answers.bad_gateway}
    for name, sentence, edit in (
        (
            "stale_returned",
            "An older 退回修改 stands there before the press, which a gateway answers 502.",
            answers.record(Wording.STATUS_RETURNED, ago=month, after_press=False),
        ),
        (
            "stale_late",
            "The older record is shown only after the press, which a gateway answers 502.",
            answers.record(ago=month),
        ),
        (
            "returned_late",
            "A record 退回修改 with the time of the press comes, which a gateway answers 502.",
            answers.record(Wording.STATUS_RETURNED),
        ),
        (
            "time_before_press",
            "The record's time is an hour before the press, which a gateway answers 502.",
            answers.record(ago=timedelta(hours=1)),
        ),
        (
            "yesterday",
            "The record has yesterday's date alone; a gateway answers the press 502.",
            answers.record(ago=day, form="%Y-%m-%d"),
        ),
        (
            "no_time",
            "The record has no time; a gateway answers the press 502.",
            answers.record(form=""),
        ),
        (
            "still_pending",
            "A good record comes, and 待确认 has the policy still; a gateway answers 502.",
            answers.record(),
        ),
        (
            "longer_number",
            "The record's number goes on behind this one's; a gateway answers 502.",
            answers.record(suffix="1"),
        ),
    ):
        yield Trick(
            name, sentence, POSITIVE, DOUBT, ONE, answers=nothing_done, edits={"query": edit}
        )
    yield Trick(
        "stale_confirmed",
        "An older 已确认 stands there while 待确认 lists the policy: one of the two is wrong.",
        POSITIVE,
        NOT_SENT,
        ONE,
        edits={"query": answers.record(ago=month, after_press=False)},
    )
    yield Trick(
        "new_round",
        "An older 退回修改 stands above the record of this press.",
        POSITIVE,
        CONFIRMED,
        ONE,
        edits={"query": answers.record(Wording.STATUS_RETURNED, ago=month, after_press=False)},
    )
    yield Trick(
        "date_alone",
        "保单查询 shows the day of the confirmation alone.",
        POSITIVE,
        CONFIRMED,
        ONE,
        edits={"query": answers.dates_alone},
    )
    yield Trick(
        "lost_without_commit",
        "A gateway answers the press 502, and the portal has done nothing.",
        POSITIVE,
        DOUBT,
        ONE,
        answers=nothing_done,
    )
    yield Trick(
        "lost_after_commit",
        "A gateway answers the press 502 though the portal has confirmed.",
        POSITIVE,
        CONFIRMED,
        ONE,
        edits={"confirm": answers.instead(answers.bad_gateway)},
    )


def limits() -> Iterable[Trick]:
    """Item 4: what never ends, or grows."""
    for name, sentence, ends, script in (
        ("hang_on_load", "The form waits for an answer that never comes.", NOT_SENT,
         scripts.HANG_ON_LOAD),
        ("hang_when_read", "So when a script reads the form.", NOT_SENT,
         scripts.when_read(scripts.HANG_ON_LOAD)),
        ("hang_at_press", "So at the press, in place of sending.", NOT_SENT,
         scripts.HANG_AT_PRESS),
        ("hang_after_answer", "So at the answer.", PRESSED, scripts.HANG_AFTER_ANSWER),
        ("alerts", "The form says the same in a native dialog, for ever.", NOT_SENT,
         scripts.ALERTS),
        ("alerts_when_read", "So when a script reads the form.", NOT_SENT,
         scripts.when_read(scripts.ALERTS)),
        ("alerts_at_press", "So at the press, in place of sending.", NOT_SENT,
         scripts.ALERTS_AT_PRESS),
        ("alerts_after_answer", "So at the answer.", PRESSED, scripts.ALERTS_AFTER_ANSWER),
        ("endless", "The form's script never ends.", NOT_SENT, scripts.ENDLESS),
        ("endless_when_read", "So when a script reads the form.", NOT_SENT,
         scripts.when_read(scripts.ENDLESS)),
        ("endless_at_press", "So at the press, in place of sending.", NOT_SENT,
         scripts.ENDLESS_AT_PRESS),
        ("endless_after_answer", "So at the answer.", PRESSED, scripts.ENDLESS_AFTER_ANSWER),
        ("growing", "The form grows at the answer.", PRESSED, scripts.GROWING),
    ):  # fmt: skip
        yield at_form(name, sentence, LIMITS, ends, HANGS, script, settings=STUCK)
    for name, sentence, script in (
        ("hang_at_look", "保单查询 hangs once there was a press.", scripts.HANG_AFTER_PRESS),
        (
            "hang_when_looked_at",
            "So when a script reads it.",
            scripts.when_read(scripts.HANG_AFTER_PRESS),
        ),
    ):
        yield Trick(name, sentence, LIMITS, PRESSED, ONE, on={"policies": script}, settings=STUCK)
    yield Trick(
        "endless_page",
        "The form's page never ends.",
        LIMITS,
        NOT_SENT,
        HANGS,
        answers={"form": answers.drip(BOX, PAGE, 0.02)},
        settings=STUCK,
    )
    for name, sentence, answer in (
        ("huge_answer", "The answer to the press has 200 MB.", answers.large(SUCCESS, JSON, 200)),
        ("bomb_answer", "The answer unpacks to 300 MB.", answers.bomb(SUCCESS, JSON, 300)),
        ("dripping_answer", "The answer never ends.", answers.drip(SUCCESS, JSON, 0.2)),
        ("half_answer", "The answer ends in its middle.", HALF),
    ):
        edits = {"confirm": answers.instead(answer)}
        yield Trick(name, sentence, LIMITS, PRESSED, ONE, edits=edits)
    yield Trick(
        "half_answer_nothing_done",
        "The answer ends in its middle, and the portal has done nothing.",
        LIMITS,
        DOUBT,
        ONE,
        answers={"confirm": HALF},
    )
    for name, sentence, answer in (
        ("program", "The document is a program that says that it is a PDF.", answers.program),
        ("page_as_pdf", "The document is a page.", answers.large(BOX, PDF, 0)),
        ("huge_document", "The document has 200 MB.", answers.large(b"%PDF-1.4\n", PDF, 200)),
        ("bomb_document", "It unpacks to 300 MB.", answers.bomb(b"%PDF-1.4\n", PDF, 300)),
        ("dripping_document", "It never ends.", answers.drip(b"%PDF-1.4\n", PDF, 0.2)),
    ):
        no_press = Proof(why_not="the document is read before the press, and nothing is sent")
        slow = STUCK if "dripping" in name else QUICK
        yield Trick(
            name, sentence, LIMITS, NOT_SENT | {"refused"}, no_press,
            answers={"document": answer}, settings=slow,
        )  # fmt: skip
    yield Trick(
        "odd_numbers",
        "待确认 lists numbers with markup, and one of 10 kB.",
        LIMITS,
        CONFIRMED | LEFT_OUT,
        Proof(why_not="a person would see them"),
        edits={"pending": answers.odd_numbers},
        names_numbers=False,
    )


ALL = (CONTROL, *compared(), *noise(), *ways_out(), *positive(), *limits())
TRICKS: Mapping[str, Trick] = {trick.name: trick for trick in ALL}


def tried() -> tuple[str, ...]:
    """Return the names of the tricks to try: all, or every so many of them."""
    return tuple(TRICKS)[:: int(os.environ.get("HOSTILE_EVERY", "1"))]
