"""The usual arrangement: one proxy in front of one stand-in Odoo."""

import contextlib

from servers import Gatehouse, OdooSim, tenant


class Site:
    """One proxy and the one Odoo behind it."""

    def __init__(self, sim, edge):
        self.sim, self.edge = sim, edge
        self.ask, self.connect = edge.ask, edge.connect

    def echo(self, method="GET", target="/sim/echo", **more):
        """What the upstream was sent."""
        response = self.ask(method, target, **more)
        assert response.status == 200, response
        return response.json()


@contextlib.contextmanager
def running_site(directory, workers=2, config=None, sim=None, **of_tenant):
    with OdooSim(workers, **(sim or {})) as odoo, Gatehouse(directory, [tenant(odoo, **of_tenant)], config) as edge:
        yield Site(odoo, edge)


def fields_of(echo, name):
    """The values of one field as the upstream saw it."""
    return [value for key, value in echo["headers"] if key.lower() == name.lower()]
