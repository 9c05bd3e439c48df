"""Binds entry.feature."""

from pytest_bdd import scenarios

scenarios("entry.feature")
