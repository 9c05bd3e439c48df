"""The command line; imports operations and what is below them."""

from bot.cli.start import __getattr__ as __getattr__
from bot.cli.start import main as main
