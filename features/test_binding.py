"""Binds binding.feature."""

from pytest_bdd import scenarios

scenarios("binding.feature")
