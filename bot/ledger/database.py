"""The file of the ledger: opened safely, brought to this version, and known to be the right one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from secrets import randbelow
from typing import Any

import sqlalchemy as sa

from bot.clock import in_beijing
from bot.errors import NotFit, NotWritten
from bot.ledger.audit import last_row, presses, unknown_references
from bot.ledger.marker import AuditRow, Marker
from bot.ledger.schema import ITEMS, MIGRATIONS, SCHEMA, VERSION
from bot.ledger.states import STATE_WORDS
from bot.persons import ROBOT
from bot.private_files import make_private

SHOWN_LOST = 5  # of the numbers in a message


class Database:
    """The file of one portal's ledger, and the marker that names it."""

    def __init__(self, file: Path, marker: Path) -> None:
        """Open it; create it only if it never existed.

        The marker names the ledger that this computer works with.

        Raises:
            NotFit: the ledger existed once and is gone, it cannot be read, it lacks what it once
                had, or it is another computer's.
        """
        if marker.exists() and not file.exists():
            raise NotFit(
                f"台账 {file} 不见了，但这个门户有过台账（见 {marker}，第三行是它的位置）",
                "没有它就不能保证不重复确认：复制过清单或换过 data_dir 的，请用回原来的数据文件夹，"
                "或把它整个移过来，不要复制；丢了的，请从备份恢复后再运行",
            )
        make_private(file.parent)  # it holds contact data
        self._engine = _open(file)
        self._writer = self._engine.execution_options(writes=True)
        self._marker, self._place = marker, file.resolve()
        damaged = NotFit(f"台账 {file} 已损坏或不是台账", "请从备份恢复后再运行")
        try:
            is_empty = not sa.inspect(self._engine).has_table(ITEMS.name)
            if marker.exists() and is_empty:
                raise NotFit(f"台账 {file} 是空的，但它曾经有内容", "请从备份恢复后再运行")
            if self._pragma("quick_check(1)") != "ok":
                raise damaged
            self._migrate(int(self._pragma("user_version")), is_empty)
            self._claim(file)
            self._expect_every_item(file)
        except NotWritten as error:
            raise NotFit(error.told, error.next_step) from error
        except ValueError as error:  # somebody has edited it
            raise NotFit(
                f"标记文件 {marker} 读不懂", "请改回：第二行只写按下过几次，第四行不要改"
            ) from error
        except sa.exc.OperationalError as error:
            raise NotFit(f"台账 {file} 打不开或正被占用", "请检查权限，稍后再运行") from error
        except sa.exc.DatabaseError as error:
            raise damaged from error

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Write in one transaction; wait some seconds for another writer.

        Raises:
            NotWritten: the disk is full, the file read-only, or somebody else holds it.
        """
        try:
            with self._writer.begin() as transaction:
                yield transaction
        except sa.exc.OperationalError as error:
            raise NotWritten(
                f"台账写不进去（{error.orig}）",
                "请检查磁盘空间和权限，关闭正在使用台账的其他程序，然后再运行一次",
            ) from error

    @contextmanager
    def deciding(self) -> Iterator[sa.Connection]:
        """Write in one transaction what an older copy of this ledger must not undo.

        The marker learns of it right after the commit: a marker that lags behind harms nothing, one
        that is ahead of the ledger would refuse it.

        Raises:
            NotWritten: as `writing` says, or the marker cannot be written.
        """
        with self.writing() as transaction:
            yield transaction
        self.mark()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Read in one connection."""
        with self._engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def mark(self) -> None:
        """Write into the marker which ledger this is, where it lies, and how far it has come."""
        name = self._pragma("application_id")
        try:
            # under the lock of the file, so that no other process writes an earlier state after it
            with self.writing() as ledger:
                known = Marker(name, presses(ledger), str(self._place), last_row(ledger))
                known.write(self._marker)
        except OSError as error:
            raise NotWritten(
                f"标记文件 {self._marker} 写不进去（{error.strerror}）",
                "请检查磁盘空间和权限，然后再运行一次",
            ) from error

    def _claim(self, file: Path) -> None:
        """Check that the marker means this ledger; name a ledger that has no name yet."""
        meant, name = Marker.read(self._marker), self._pragma("application_id")
        if meant and not meant.name and name != "0":  # an older program leaves both unnamed
            raise NotFit(
                f"标记文件 {self._marker} 是空的，不知道台账按下过几次",
                "请确认台账是最新的，"
                f"不是从备份恢复的，再在标记文件里写两行：{name} 和 {self._presses()}",
            )
        # without a marker, the ledger must be empty
        if meant.means_another(name, self._place) if meant else not self._is_empty():
            raise NotFit(
                f"台账 {file} 不是这台电脑正在用的那一份（见 {self._marker}，第三行是它的位置）",
                "几份台账并用就不能保证不重复确认：请用回原来的；确要换文件夹时，把原来的数据文件夹"
                "整个移过来，不要复制；确要换电脑时，先停用原来的，再把台账和这个标记文件一起移过来",
            )
        if name == "0":
            name = str(randbelow(2**31 - 1) + 1)
            with self.writing() as transaction:
                transaction.exec_driver_sql(f"PRAGMA application_id = {name}")
        if meant:
            self._expect_presses(file, meant.presses)
            self._expect_row(file, meant.last)
        if not meant or (meant.name, meant.place) != (name, str(self._place)):
            self.mark()

    def _expect_presses(self, file: Path, marked: int) -> None:
        """Refuse a ledger that lacks a press."""
        if (known := self._presses()) < marked:
            raise NotFit(
                f"台账 {file} 太旧：标记文件记着按下过 {marked} 次，台账里只有 {known} 次，"
                "多半是从较早的备份恢复的",
                "接着办就不能保证不重复确认：请找回最新的台账；找不回时，"
                f"先到门户查明少了的那几次，再把标记文件 {self._marker} 的第二行改成 {known}，"
                "并删去第四行",
            )

    def _expect_row(self, file: Path, marked: AuditRow | None) -> None:
        """Refuse a ledger whose audit ends before the last row, or has gone another way.

        The numbers of the rows have no gap, and no row is ever changed.
        """
        with self.reading() as connection:
            found = last_row(connection, marked.seq) if marked else None
        if not marked or found == marked:
            return
        lost = marked.seq - (found.seq if found else 0)
        told = (
            f"缺少最后 {lost} 条记录" if lost else f"第 {marked.seq} 条记录不是标记文件记着的那一条"
        )
        raise NotFit(
            f"台账 {file} 太旧：和标记文件相比，{told}，最后一条是{_told(marked)}；"
            "多半是从较早的备份恢复的",
            "接着办就可能办了有人已经不同意、收回或清除的，或内容已经变了的：请找回最新的台账；找不回时，"
            f"照操作手册“从备份恢复以后”逐项查明，再删去标记文件 {self._marker} 的第四行",
        )

    def _expect_every_item(self, file: Path) -> None:
        """Refuse a ledger whose audit tells of work items that are gone."""
        with self.reading() as connection:
            lost = unknown_references(connection)
        if lost:
            numbers = "、".join(one.split("|", 2)[-1] for one in lost[:SHOWN_LOST])
            more = "等" if len(lost) > SHOWN_LOST else ""
            raise NotFit(
                f"台账 {file} 缺少 {len(lost)} 张保单：审计记录里有它们，"
                f"工作项却不见了（{numbers}{more}）",
                "缺了它们就不能保证不重复确认：请从最新的备份恢复整个数据文件夹；没有备份的，"
                "照操作手册“从备份恢复以后”另建一份台账",
            )

    def _migrate(self, version: int, is_empty: bool) -> None:
        """Bring the schema to this version; refuse a later one."""
        if version > VERSION:
            raise NotFit("台账是更新版本的程序写的", "请升级 single-window 后再运行")
        if version == VERSION:
            return
        with self._writer.begin() as transaction:
            for migration in () if is_empty else MIGRATIONS[version:]:
                transaction.exec_driver_sql(migration)
            SCHEMA.create_all(transaction)
            transaction.exec_driver_sql(f"PRAGMA user_version = {VERSION}")

    def _pragma(self, name: str) -> str:
        with self._engine.connect() as connection:
            return str(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())

    def _presses(self) -> int:
        with self.reading() as connection:
            return presses(connection)

    def _is_empty(self) -> bool:
        with self.reading() as connection:
            return connection.execute(sa.select(ITEMS.c.reference).limit(1)).first() is None


def _told(row: AuditRow) -> str:
    """Return what a row of the audit says, for people."""
    when = in_beijing(datetime.fromisoformat(row.at))
    number = row.reference.split("|", 2)[-1] or "没有申请编号的一行"
    states = {str(state): words for state, words in STATE_WORDS.items()}
    who = "程序" if row.by == ROBOT else row.by
    return f" {when} {who} {number}：{states.get(row.new, '清除联系方式')}"


def _open(file: Path) -> sa.Engine:
    engine = sa.create_engine(
        f"sqlite:///{file}",
        connect_args={"timeout": 5},
        hide_parameters=True,  # keeps contact data out of messages
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
