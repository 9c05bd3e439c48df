"""Binds card.feature."""

from pytest_bdd import scenarios

scenarios("card.feature")
