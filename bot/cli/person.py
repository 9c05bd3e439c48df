"""Whoever sits at the terminal during a run: reads captchas and types the PINs of cards."""

import asyncio
import signal
import sys
import tempfile
from pathlib import Path
from threading import Lock

from PIL import Image
from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.output import create_output
from rich.progress import Progress
from rich_pixels import Pixels

from bot.cli.output import err
from bot.errors import Reason, SignInRefused
from bot.operations import demo as demonstration
from bot.portal.sign_in import Attendant
from bot.settings import Settings
from pages.models import Secret
from pages.parts import CaptchaPicture


class TerminalAttendant:
    """Whoever sits at the terminal: reads captchas and types the PINs of cards.

    Who does not answer in time has left: nothing more is asked in this run.
    """

    def __init__(self, progress: Progress, answer_minutes: float) -> None:
        self._progress = progress
        self._answer_seconds = answer_minutes * 60
        self._one_at_a_time = Lock()
        self._is_there = sys.stdin.isatty()

    def captcha(self, picture: CaptchaPicture) -> str:
        """Show a captcha, in the terminal and as a file, and return what the person reads.

        Raises:
            SignInRefused: nobody is there.
        """
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "captcha.png"
            file.write_bytes(picture.image)
            shown = Pixels.from_image(Image.open(file).convert("RGB"))
            prompt = f"请输入图中的验证码（看不清时请打开 {file}）："
            return self._ask("验证码", prompt, above=shown).strip()

    def pin(self, enterprise_name: str) -> Secret:
        """Return the PIN that the person types for the card of this enterprise.

        Raises:
            SignInRefused: nobody is there.
        """
        prompt = f"请插入{enterprise_name}的卡，输入IC卡/Key密码（显示为星号）："
        return Secret(self._ask("IC卡/Key密码", prompt, is_secret=True))

    def _ask(
        self, what: str, prompt: str, above: Pixels | None = None, is_secret: bool = False
    ) -> str:
        with self._one_at_a_time:
            if not self._is_there:
                raise _nobody(what)
            self._progress.stop()
            try:
                if above:
                    err.print(above)
                return self._answer(prompt, is_secret)
            except (EOFError, TimeoutError):
                self._is_there = False
                raise _nobody(what) from None
            except KeyboardInterrupt:  # the question has taken the key; the run is to have it
                signal.raise_signal(signal.SIGINT)
                raise _nobody(what) from None
            finally:
                self._progress.start()

    def _answer(self, prompt: str, is_secret: bool) -> str:
        session: PromptSession[str] = PromptSession(output=create_output(sys.stderr))

        def run_out() -> None:
            loop, app = asyncio.get_running_loop(), get_app()
            loop.call_later(self._answer_seconds, lambda: app.exit(exception=TimeoutError))

        # in a thread of its own: the browser's has an event loop already
        return session.prompt(prompt, is_password=is_secret, pre_run=run_out, in_thread=True)


def _nobody(what: str) -> SignInRefused:
    told = f"登录要输入{what}，但没有人值守"
    return SignInRefused(Reason.UNATTENDED, told, "请在终端前再运行一次，按提示输入")


def attendant(settings: Settings, progress: Progress) -> Attendant:
    """Return who answers the portal: a person; captchas of a mock, its own door."""
    person = TerminalAttendant(progress, settings.answer_minutes)
    return person if settings.live else demonstration.MockAttendant(settings, person)
