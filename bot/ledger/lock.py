"""The lock on a portal's ledger: one process at a time changes it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from filelock import FileLock, Timeout

from bot import machine_lock
from bot.errors import NotFit
from bot.private_files import make_private
from bot.settings import Settings


@contextmanager
def only_worker(settings: Settings) -> Iterator[None]:
    """Be the one process that changes this portal's ledger.

    The lock file also keeps other machines away from a shared folder, but it can be deleted. The
    name on this machine cannot.

    Raises:
        NotFit: another process is that worker.
    """
    make_private(settings.store)
    folder = settings.store.stat()
    release = machine_lock.take("store", str(folder.st_dev), str(folder.st_ino))
    if not release:
        raise _other_worker(settings)
    with ExitStack() as held:
        held.callback(release)
        try:
            held.enter_context(FileLock(settings.worker_lock).acquire(timeout=0))
        except Timeout:
            raise _other_worker(settings) from None
        yield


def _other_worker(settings: Settings) -> NotFit:
    return NotFit(
        f"另一个 single-window 正在处理同一门户（{settings.store}）", "请等它结束后再运行"
    )
