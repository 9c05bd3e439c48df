"""Binds policies.feature."""

from pytest_bdd import scenarios

scenarios("policies.feature")
