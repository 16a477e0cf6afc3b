import pytest
from sdk_kinds import Kinds
from sim import Sim, two_regions


@pytest.fixture(scope="module")
def sim():
    """Two regions at their usual pace."""
    with Sim(two_regions()) as running:
        yield running


@pytest.fixture(scope="module")
def kinds():
    """The gateway over the three kinds of upstream."""
    with Kinds() as running:
        yield running
