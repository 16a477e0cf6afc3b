import pytest
from sdk_kinds import Kinds


@pytest.fixture(scope="module")
def kinds():
    """The gateway over the three kinds of upstream."""
    with Kinds() as running:
        yield running
