"""A password goes from the environment or the keyring to the keystroke, and nowhere else."""

import pickle

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from bot.errors import BusinessException
from bot.secrets import Passwords, Secret
from tests.bot.lists import ORIGIN, uscc

VARIABLE = "SINGLE_WINDOW_PASSWORD_" + uscc(1)


@pytest.fixture(autouse=True)
def _no_keyring():
    """No test looks into the keyring of the person who runs it."""
    keyring.set_keyring(NoKeyring())


def test_a_secret_prints_as_stars():
    """Neither a message nor a data dump shows it."""
    assert f"{Secret('Mock-1')} {Secret('Mock-1')!r} {[Secret('Mock-1')]}" == "*** *** [***]"


def test_a_secret_is_never_stored():
    """The engine stores what steps take and give; a secret refuses."""
    with pytest.raises(TypeError, match="never stored"):
        pickle.dumps(Secret("Mock-1"))


def test_a_password_is_taken_out_of_the_environment():
    """No child process inherits it."""
    environment = {VARIABLE: "Mock-1", "PATH": "/bin"}

    found = Passwords(ORIGIN, environment).find(uscc(1), "mock0001")

    assert found.reveal() == "Mock-1"
    assert environment == {"PATH": "/bin"}


def test_a_password_that_is_nowhere_is_a_case_for_a_person():
    """The operator reads where to put it; a machine without a keyring is no error of its own."""
    with pytest.raises(BusinessException) as error:
        Passwords(ORIGIN, {}).find(uscc(1), "mock0001")

    assert error.value.code == "NO_CREDENTIAL"
    assert VARIABLE in error.value.next_step
