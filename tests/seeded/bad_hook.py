"""A plug-in whose hook breaks."""


def pytest_bdd_after_step():
    """Break."""
    raise RuntimeError("钩子坏了")
