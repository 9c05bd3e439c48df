"""Binds login.feature."""

from pytest_bdd import scenarios

scenarios("login.feature")
