"""台账: what the bot knows of every work item, for ever."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import randbelow
from threading import Lock
from typing import Any

import sqlalchemy as sa

from bot.errors import NotFit, NotWritten
from bot.ledger.marker import Marker
from bot.ledger.schema import AUDIT, ITEMS, MIGRATIONS, REQUESTS, ROWS, SCHEMA, VERSION
from bot.ledger.states import BEFORE_PRESS, MAY_BE_RETURNED, MOVES, RESTARTABLE, USUAL_STEPS, State
from bot.private_files import make_private
from bot.work_item import WorkItem
from pages.models import Contact

ROBOT = "robot"  # who did it, where no person decided
FORGOTTEN = asdict(Contact("", "", "", ""))


@dataclass(frozen=True, slots=True)
class Request:
    """A row without 申请编号: whatever is pending of this enterprise, and what came of it."""

    item: WorkItem
    explanation: str
    next_step: str
    list_digest: str  # empty: no list brings it again

    @property
    def is_answered(self) -> bool:
        """Whether a run has expanded it."""
        return bool(self.explanation) and not self.next_step


@dataclass(frozen=True, slots=True)
class Entry:
    """One work item as the ledger has it."""

    item: WorkItem
    state: State
    code: str
    explanation: str
    next_step: str
    snapshot: dict[str, Any] | None
    approval: dict[str, Any] | None
    confirmed_at: str
    seen_pending_at: str  # in 待确认, after the press
    baseline: dict[str, Any] | None  # what was known before the press; nothing of older presses
    changed_at: str
    brought: WorkItem | None = None  # what a list says of it now, for a round that may follow

    @property
    def items(self) -> tuple[WorkItem, ...]:
        """What the ledger holds of it: for this round, and for one that may follow."""
        return (self.item, self.brought) if self.brought else (self.item,)


class Ledger:
    """The work items of one portal; each change of state is a compare-and-set with an audit row."""

    def __init__(self, file: Path, marker: Path) -> None:
        """Open the ledger; create it only if it never existed.

        The marker names the ledger that this computer works with.

        Raises:
            NotFit: the ledger existed once and is gone, it cannot be read, or it is another
                computer's.
        """
        if marker.exists() and not file.exists():
            raise NotFit(
                f"台账 {file} 不见了，但这个门户有过台账（见 {marker}，第三行是它的位置）。"
                "没有它就不能保证不重复确认：复制过清单或换过 data_dir 的，请用回原来的数据文件夹，"
                "或把它整个移过来，不要复制；丢了的，请从备份恢复后再运行。"
            )
        make_private(file.parent)  # it holds contact data
        self._engine = _open(file)
        self._writer = self._engine.execution_options(writes=True)
        self._marker, self._place, self._marking = marker, file.resolve(), Lock()
        damaged = NotFit(f"台账 {file} 已损坏或不是台账。请从备份恢复后再运行。")
        try:
            is_empty = not sa.inspect(self._engine).has_table(ITEMS.name)
            if marker.exists() and is_empty:
                raise NotFit(f"台账 {file} 是空的，但它曾经有内容。请从备份恢复后再运行。")
            if self._pragma("quick_check(1)") != "ok":
                raise damaged
            self._migrate(int(self._pragma("user_version")), is_empty)
            self._claim(file)
        except NotWritten as error:
            raise NotFit(str(error)) from error
        except ValueError as error:  # somebody has edited it
            raise NotFit(f"标记文件 {marker} 读不懂。请改回：第二行只写按下过几次。") from error
        except sa.exc.OperationalError as error:
            raise NotFit(f"台账 {file} 打不开或正被占用。请检查权限，稍后再运行。") from error
        except sa.exc.DatabaseError as error:
            raise damaged from error

    def dispatch(self, items: Iterable[WorkItem], list_digest: str, by: str) -> None:
        """Take these items in for this operator; what was pressed before is never touched.

        What a list says of it by then is for the round that may follow.
        """
        with self._writing() as transaction:
            for item in items:
                if item.is_request:
                    _take_request(transaction, item, list_digest)
                else:
                    _take_in(transaction, item, list_digest, by)

    def ask(self, requests: Iterable[WorkItem]) -> None:
        """Take in requests that no list brings, instead of those taken in before.

        The next run without a list works them off; one that is answered is not asked again.
        """
        with self._writing() as transaction:
            transaction.execute(REQUESTS.delete().where(REQUESTS.c.list_digest == ""))
            for item in requests:
                _take_request(transaction, item, "")

    def try_to_write(self) -> None:
        """Write what is there already, to see that it can be done.

        Raises:
            NotWritten: as `_writing` says.
        """
        with self._writing() as transaction:
            transaction.exec_driver_sql(f"PRAGMA user_version = {VERSION}")

    def restart(self, by: str) -> None:
        """Let everything begin anew that ended without a press."""
        with self._writing() as transaction:
            for state in RESTARTABLE:
                ended = sa.select(ITEMS.c.reference).where(ITEMS.c.state == state)
                for reference in transaction.execute(ended).scalars().all():
                    _move(transaction, reference, state, State.READY, by)

    def begin_round(self, reference: str, by: str) -> None:
        """Begin the next round of what was returned, with the data that came last; once.

        Every list that has brought it goes on with the new round. Its makers are those of the
        round before, who has brought other data since, and `by`.

        Raises:
            ValueError: the insurer has not returned it.
        """
        with self._writing() as transaction:
            query = sa.select(ITEMS).where(ITEMS.c.reference == reference)
            before = transaction.execute(query).one()
            if before.state != State.RETURNED:
                raise ValueError(f"{before.state} → {State.READY}")
            item = replace(_next(before) or _item(before._asdict()), round=before.round + 1)
            known = sa.select(ITEMS.c.reference).where(ITEMS.c.reference == item.reference)
            if transaction.execute(known).first():
                return
            first, *others = dict.fromkeys([*_makers(transaction, before), by])
            _insert(transaction, item, first)
            for maker in others:
                _move(transaction, item.reference, State.READY, State.READY, maker)
            rows = ROWS.update().where(ROWS.c.reference == reference)
            transaction.execute(rows.values(reference=item.reference))

    def move(self, reference: str, old: State, new: State, by: str, **values: Any) -> bool:
        """Change the state by compare-and-set; return whether this call was the one that did it.

        Raises:
            ValueError: there is no such move.
        """
        if new not in MOVES[old]:
            raise ValueError(f"{old} → {new}")
        with self._writing() as transaction:
            is_ours = _move(transaction, reference, old, new, by, **values)
        if is_ours and new is State.PRESSING:
            self._mark()  # so that no older copy of this ledger is ever taken for it
        return is_ours

    def entry(self, reference: str) -> Entry:
        """Return one work item.

        Raises:
            KeyError: the ledger has never heard of it.
        """
        found = self._select(ITEMS.c.reference == reference)
        if not found:
            raise KeyError(reference)
        return found[0]

    def entries(self, list_digest: str = "") -> list[Entry]:
        """Return the work items of a list, or all, by enterprise, account and number.

        Of a policy that was returned it is the last round alone.
        """
        if not list_digest:
            return _last_rounds(self.rounds())
        named = sa.select(ROWS.c.reference).where(ROWS.c.list_digest == list_digest)
        return self._select(ITEMS.c.reference.in_(named))

    def rounds(self) -> list[Entry]:
        """Return every round of every work item."""
        return self._select(sa.true())

    def rounds_of(self, item: WorkItem) -> list[Entry]:
        """Return every round of one policy, in order."""
        return sorted(self._select(_is_policy_of(item)), key=lambda entry: entry.item.round)

    def last_round(self, reference: str) -> str:
        """Return the reference of the last round of the same policy."""
        return self.rounds_of(self.entry(reference).item)[-1].item.reference

    def history(self, reference: str) -> list[dict[str, Any]]:
        """Return every change of state of this item, in order."""
        columns = [column for column in AUDIT.c if column is not AUDIT.c.reference]
        query = sa.select(*columns).where(AUDIT.c.reference == reference).order_by(AUDIT.c.seq)
        with self._engine.connect() as connection:
            rows = [row._asdict() for row in connection.execute(query)]
        return [row | {"detail": json.loads(row["detail"])} for row in rows]

    def policy_history(self, item: WorkItem) -> list[dict[str, Any]]:
        """Return every change of state of this policy in all of its rounds, in order."""
        rounds = self.rounds_of(item)
        return [row for entry in rounds for row in self.history(entry.item.reference)]

    def forget(self, references: Iterable[str], is_due: Callable[[Request], bool], by: str) -> None:
        """Erase the contact data of these items, and of the requests that are due."""
        with self._writing() as transaction:
            for reference in references:
                of_item = ITEMS.c.reference == reference
                state = transaction.execute(sa.select(ITEMS.c.state).where(of_item)).scalar_one()
                erased = {"contact": FORGOTTEN, "brought": None}  # a list brings the latter anew
                transaction.execute(ITEMS.update().where(of_item).values(erased))
                _record(transaction, reference, state, state, by, {"contact": "已清除"})
            for row in transaction.execute(sa.select(REQUESTS)).all():
                if is_due(_request(row)):
                    here = {"list_digest": row.list_digest, "row": row.row}
                    data = row.data | {"contact": FORGOTTEN}
                    transaction.execute(REQUESTS.update().filter_by(**here).values(data=data))
        with self._engine.connect() as connection:  # the log of the database holds them still
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def origins(self) -> set[str]:
        """Return the origins of the portals that its work items and requests belong to."""
        query = sa.select(ITEMS.c.portal_origin).distinct()
        with self._engine.connect() as connection:
            known = set(connection.execute(query).scalars())
        return known | {one.item.portal_origin for one in self.requests(None)}

    def rows(self, list_digest: str) -> dict[int, list[str]]:
        """Return the references that each row of a list has brought."""
        query = sa.select(ROWS).where(ROWS.c.list_digest == list_digest)
        found: dict[int, list[str]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(query.order_by(ROWS.c.row, ROWS.c.reference)):
                found.setdefault(row.row, []).append(row.reference)
        return found

    def requests(self, list_digest: str | None = "") -> list[Request]:
        """Return what asks for whatever is pending: rows of a list, or with None of all lists.

        Without a list it is what no list brings and no run has answered.
        """
        query = sa.select(REQUESTS)
        if list_digest is not None:
            query = query.where(REQUESTS.c.list_digest == list_digest)
        with self._engine.connect() as connection:
            found = [_request(row) for row in connection.execute(query.order_by(REQUESTS.c.row))]
        return [one for one in found if list_digest != "" or not one.is_answered]

    def note(self, request: WorkItem, list_digest: str, explanation: str, next_step: str) -> None:
        """Write down what came of a request."""
        change = REQUESTS.update().where(
            REQUESTS.c.list_digest == list_digest, REQUESTS.c.row == request.row
        )
        with self._writing() as transaction:
            transaction.execute(change.values(explanation=explanation, next_step=next_step))

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """Write in one transaction; another writer is waited for, some seconds.

        Raises:
            NotWritten: the disk is full, the file read-only, or somebody else holds it.
        """
        try:
            with self._writer.begin() as transaction:
                yield transaction
        except sa.exc.OperationalError as error:
            raise NotWritten(
                f"台账写不进去（{error.orig}）。请检查磁盘空间和权限，"
                "关闭正在使用台账的其他程序，然后再运行一次。"
            ) from error

    def latest(self) -> str:
        """Return the latest moment that was written down; empty if none was."""
        query = sa.select(sa.func.max(AUDIT.c.at))
        with self._engine.connect() as connection:
            return connection.execute(query).scalar() or ""

    def _pragma(self, name: str) -> str:
        with self._engine.connect() as connection:
            return str(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())

    def _claim(self, file: Path) -> None:
        """See that the marker means this ledger; name a ledger that has no name yet."""
        meant, name = Marker.read(self._marker), self._pragma("application_id")
        if meant and not meant.name and name != "0":  # an older program left both without one
            raise NotFit(
                f"标记文件 {self._marker} 是空的，不知道台账按下过几次。请确认台账是最新的，"
                f"不是从备份恢复的，再在标记文件里写两行：{name} 和 {self._presses()}。"
            )
        # without a marker, nothing may be known here yet
        if meant.means_another(name, self._place) if meant else self.rounds():
            raise NotFit(
                f"台账 {file} 不是这台电脑正在用的那一份（见 {self._marker}，第三行是它的位置）。"
                "几份台账并用就不能保证不重复确认：请用回原来的；确要换文件夹时，把原来的数据文件夹"
                "整个移过来，不要复制；确要换电脑时，先停用原来的，再把台账和这个标记文件一起移过来。"
            )
        if name == "0":
            name = str(randbelow(2**31 - 1) + 1)
            with self._writing() as transaction:
                transaction.exec_driver_sql(f"PRAGMA application_id = {name}")
        known, presses = self._presses(), meant.presses if meant else 0
        if known < presses:
            raise NotFit(
                f"台账 {file} 太旧：标记文件记着按下过 {presses} 次，台账里只有 {known} 次，"
                "多半是从较早的备份恢复的。接着办就不能保证不重复确认：请找回最新的台账；找不回时，"
                f"先到门户查明少了的那几次，再把标记文件 {self._marker} 的第二行改成 {known}。"
            )
        if not meant or (meant.name, meant.place) != (name, str(self._place)):
            self._mark()

    def _presses(self) -> int:
        is_press = (AUDIT.c.new == State.PRESSING) & (AUDIT.c.old != State.PRESSING)
        query = sa.select(sa.func.count()).select_from(AUDIT).where(is_press)
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def _mark(self) -> None:
        """Write down, away from the ledger, which one it is, how far it has come, and its place."""
        name = self._pragma("application_id")
        try:
            with self._marking:  # counted within, or the later of two writers may know of less
                Marker(name, self._presses(), str(self._place)).write(self._marker)
        except OSError as error:
            raise NotWritten(f"标记文件 {self._marker} 写不进去（{error.strerror}）") from error

    def _migrate(self, version: int, is_empty: bool) -> None:
        """Bring the schema to this version; a later one is not touched."""
        if version > VERSION:
            raise NotFit("台账是更新版本的程序写的。请升级 single-window 后再运行。")
        if version == VERSION:
            return
        with self._writer.begin() as transaction:
            for migration in () if is_empty else MIGRATIONS[version:]:
                transaction.exec_driver_sql(migration)
            SCHEMA.create_all(transaction)
            transaction.exec_driver_sql(f"PRAGMA user_version = {VERSION}")

    def _select(self, condition: sa.ColumnElement[bool]) -> list[Entry]:
        query = (
            sa.select(ITEMS)
            .where(condition)
            .order_by(ITEMS.c.uscc, ITEMS.c.account, ITEMS.c.application_no, ITEMS.c.round)
        )
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(query)]


def _open(file: Path) -> sa.Engine:
    engine = sa.create_engine(
        f"sqlite:///{file}",
        connect_args={"timeout": 5},
        hide_parameters=True,  # contact data do not belong into messages
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # SQLAlchemy begins transactions itself, see below
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # an intent must survive a power cut
        connection.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _take_in(transaction: sa.Connection, item: WorkItem, list_digest: str, by: str) -> None:
    query = sa.select(ITEMS).where(_is_policy_of(item))
    known = transaction.execute(query.order_by(ITEMS.c.round.desc())).first()
    data = _data(item)
    if known and data["contact"] == FORGOTTEN:  # what was erased elsewhere is none to type
        data["contact"] = known.contact
    if known is None:
        _insert(transaction, item, by)
    else:
        state = State(known.state)
        is_new = any(getattr(known, name) != value for name, value in data.items())
        if state in RESTARTABLE or (state in BEFORE_PRESS and is_new):
            _move(transaction, known.reference, state, State.READY, by, **data)
        elif state in MAY_BE_RETURNED:
            # what was erased is not taken in again before it is needed
            is_wanted = is_new and (state is State.RETURNED or known.contact != FORGOTTEN)
            brought = data | {"by": by} if is_wanted else None
            of_it = ITEMS.update().where(ITEMS.c.reference == known.reference)
            transaction.execute(of_it.values(brought=brought))
    reference = known.reference if known else item.reference
    row = {"list_digest": list_digest, "row": item.row, "reference": reference}
    if not transaction.execute(sa.select(ROWS).filter_by(**row)).first():
        transaction.execute(ROWS.insert().values(**row))


def _is_policy_of(item: WorkItem) -> sa.ColumnElement[bool]:
    """Select the rounds of a policy by the primary key; a later round is `policy|number`."""
    later = ITEMS.c.reference.between(f"{item.policy}|", f"{item.policy}|:")  # ":" follows "9"
    return sa.or_(ITEMS.c.reference == item.policy, later)


def _insert(transaction: sa.Connection, item: WorkItem, by: str) -> None:
    values = {"reference": item.reference, "round": item.round, "state": State.READY}
    transaction.execute(ITEMS.insert().values(**values, changed_at=_now(), **_data(item)))
    _record(transaction, item.reference, "", State.READY, by, {})


def _makers(transaction: sa.Connection, before: sa.Row[Any]) -> list[str]:
    """Return who took a round in, let it begin anew, said that it was returned, or brought data."""
    query = sa.select(AUDIT.c.by).where(
        AUDIT.c.reference == before.reference,
        AUDIT.c.new.in_((State.READY, State.RETURNED)),
        AUDIT.c.by != ROBOT,
    )
    names = list(transaction.execute(query.order_by(AUDIT.c.seq)).scalars())
    return names + ([before.brought["by"]] if before.brought else [])


def _next(row: sa.Row[Any]) -> WorkItem | None:
    """Return what a list says of a work item by now, if that is something else."""
    return replace(_item(row.brought), round=row.round) if row.brought else None


def _last_rounds(entries: list[Entry]) -> list[Entry]:
    in_order = sorted(entries, key=lambda one: one.item.round)
    last = {one.item.policy: one for one in in_order}
    return [one for one in entries if last[one.item.policy] is one]


def _take_request(transaction: sa.Connection, item: WorkItem, list_digest: str) -> None:
    key = {"list_digest": list_digest, "row": item.row}
    known = transaction.execute(sa.select(REQUESTS).filter_by(**key)).first()
    if known is None:
        transaction.execute(REQUESTS.insert().values(**key, uscc=item.uscc, data=_data(item)))
    elif known.data["contact"] == FORGOTTEN:
        transaction.execute(REQUESTS.update().filter_by(**key).values(data=_data(item)))


def _move(
    transaction: sa.Connection, reference: str, old: State, new: State, by: str, **values: Any
) -> bool:
    story = {"code": "", "explanation": "", "next_step": ""} | values
    change = (
        ITEMS.update()
        .where(ITEMS.c.reference == reference, ITEMS.c.state == old)
        .values(state=new, changed_at=_now(), **story)
    )
    if transaction.execute(change).rowcount != 1:
        return False
    told = {name: value for name, value in values.items() if name not in ("contact", "snapshot")}
    _record(transaction, reference, old, new, by, told)
    return True


def _record(
    transaction: sa.Connection, reference: str, old: str, new: str, by: str, detail: dict[str, Any]
) -> None:
    transaction.execute(
        AUDIT.insert().values(
            at=_now(),
            reference=reference,
            old=old,
            new=new,
            by=by,
            detail=json.dumps(detail, ensure_ascii=False),
        )
    )


def _data(item: WorkItem) -> dict[str, Any]:
    return {
        "portal_origin": item.portal_origin,
        "uscc": item.uscc,
        "enterprise_name": item.enterprise_name,
        "account": item.account,
        "application_no": item.application_no,
        "contact": asdict(item.contact),
        "expected_documents": list(item.expected_documents),
    }


def _item(data: Mapping[str, Any], row: int = 0) -> WorkItem:
    return WorkItem(
        portal_origin=data["portal_origin"],
        uscc=data["uscc"],
        enterprise_name=data["enterprise_name"],
        account=data["account"],
        application_no=data["application_no"],
        contact=Contact(**data["contact"]),
        expected_documents=tuple(data["expected_documents"]),
        row=row,
        round=data.get("round", 1),
    )


def _request(row: sa.Row[Any]) -> Request:
    return Request(_item(row.data, row.row), row.explanation, row.next_step, row.list_digest)


def _entry(row: sa.Row[Any]) -> Entry:
    return Entry(
        item=_item(row._asdict()),
        state=State(row.state),
        code=row.code,
        explanation=row.explanation,
        next_step=row.next_step or USUAL_STEPS.get(State(row.state), ""),
        snapshot=row.snapshot,
        approval=row.approval,
        confirmed_at=row.confirmed_at,
        seen_pending_at=row.seen_pending_at,
        baseline=row.baseline,
        changed_at=row.changed_at,
        brought=_next(row),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
