"""Binds pending.feature."""

from pytest_bdd import scenarios

scenarios("pending.feature")
