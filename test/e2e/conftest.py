"""Fixtures of the end-to-end tests: a proxy in front of a stand-in Odoo, both real processes on ports of their own."""

import contextlib
import pathlib
import resource
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from servers import Gatehouse, OdooSim  # noqa: E402
from sites import running_site  # noqa: E402

# Hundreds of clients and websockets are open at once.
_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
if _soft != resource.RLIM_INFINITY and _soft < 8192:
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192 if _hard == resource.RLIM_INFINITY else min(8192, _hard), _hard))


@pytest.fixture
def start_site(tmp_path):
    """Starts a site of the test's own; options are those of running_site."""
    with contextlib.ExitStack() as stack:
        number = 0

        def start(**options):
            nonlocal number
            number += 1
            return stack.enter_context(running_site(tmp_path / f"edge{number}", **options))

        yield start


@pytest.fixture
def start_sim():
    """Starts a stand-in Odoo of the test's own."""
    with contextlib.ExitStack() as stack:
        yield lambda workers=2, **options: stack.enter_context(OdooSim(workers, **options))


@pytest.fixture
def start_edge(tmp_path):
    """Starts a proxy of the test's own, in a directory of its own."""
    with contextlib.ExitStack() as stack:
        number = 0

        def start(tenants, config=None, **options):
            nonlocal number
            number += 1
            return stack.enter_context(Gatehouse(tmp_path / f"edge{number}", tenants, config, **options))

        yield start


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site that the tests of a module share: two workers, defaults everywhere."""
    with running_site(tmp_path_factory.mktemp("site")) as started:
        yield started
