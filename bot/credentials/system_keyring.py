"""系统密钥库: passwords in the keyring of the operating system."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keyring
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail
from keyring.errors import KeyringError, NoKeyringError, PasswordDeleteError

from bot.errors import BusinessException, NotFit, Reason
from bot.private_files import make_private, write_private
from pages.models import Secret

ENCRYPTING = {  # keyrings that the operating system encrypts; every other one is refused
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.Windows.WinVaultKeyring",
    "keyring.backends.kwallet.DBusKeyring",
    "keyring.backends.kwallet.DBusKeyringKWallet4",
    "keyring.backends.libsecret.Keyring",
    "keyring.backends.macOS.Keyring",
}
USE_THE_VAULT = '在设置中写明 credentials = "vault"（加密的保管库）'


class Keyring:
    """The operating system's keyring; an index file lists the accounts that it holds."""

    place = "系统密钥库"

    def __init__(self, origin: str, index: Path) -> None:
        """Find the keyring of this machine; a missing one is an error only in `keep`.

        Raises:
            NotFit: there are only keyrings that may store passwords as clear text.
        """
        self._service = f"single-window {origin}"
        self._index = index
        self._backend = encrypting_backend(keyring.get_keyring())

    def find(self, uscc: str, account: str) -> Secret | None:
        """Return the password of this account.

        Raises:
            BusinessException: the keyring is locked.
        """
        try:
            with _unlocked():
                found = self._backend.get_password(self._service, f"{uscc} {account}")
        except NoKeyringError:
            return None  # no error: the environment may give the password
        return None if found is None else Secret(found)

    def keep(self, uscc: str, account: str, password: Secret) -> None:
        """Store the password of this account.

        Raises:
            NotFit: this machine has no keyring.
            BusinessException: it is locked.
        """
        try:
            with _unlocked():
                self._backend.set_password(self._service, f"{uscc} {account}", password.reveal())
        except NoKeyringError:
            raise NotFit("这台机器没有系统密钥库", f"请{USE_THE_VAULT}，再执行一次") from None
        self._write({*self.names(), (uscc, account)})

    def remove(self, uscc: str, account: str) -> bool:
        """Forget the password of this account; tell whether there was one."""
        self._write({*self.names()} - {(uscc, account)})
        try:
            with _unlocked():
                self._backend.delete_password(self._service, f"{uscc} {account}")
        except (NoKeyringError, PasswordDeleteError):
            return False
        return True

    def names(self) -> list[tuple[str, str]]:
        """Return enterprise code and account of every password that this program stored."""
        if not self._index.exists():
            return []
        stored = json.loads(self._index.read_text(encoding="utf-8"))
        return [(uscc, account) for uscc, account in stored["accounts"]]

    def _write(self, names: set[tuple[str, str]]) -> None:
        make_private(self._index.parent)
        write_private(self._index, json.dumps({"accounts": sorted(names)}).encode())


@contextmanager
def _unlocked() -> Iterator[None]:
    try:
        yield
    except (NoKeyringError, PasswordDeleteError):
        raise
    except KeyringError as error:
        raise BusinessException(
            Reason.KEYRING_LOCKED,
            f"不能使用系统密钥库（{type(error).__name__}）",
            f"请登录桌面并解锁它；没有桌面的机器请{USE_THE_VAULT}，然后再运行一次",
        ) from None


def encrypting_backend(chosen: KeyringBackend) -> KeyringBackend:
    """Return the first keyring that encrypts, or the one that stands for a missing keyring.

    Raises:
        NotFit: there are only keyrings that may store passwords as clear text.
    """
    backends = chosen.backends if isinstance(chosen, chainer.ChainerBackend) else [chosen]
    for backend in backends:
        if isinstance(backend, fail.Keyring) or name_of(backend) in ENCRYPTING:
            return backend
    refused = "、".join(map(name_of, backends))
    raise NotFit(f"密钥库 {refused} 可能以明文保存密码，不予使用", f"请卸载它，或{USE_THE_VAULT}")


def name_of(backend: KeyringBackend) -> str:
    """Return the name of a keyring as `ENCRYPTING` writes it."""
    return f"{type(backend).__module__}.{type(backend).__qualname__}"
