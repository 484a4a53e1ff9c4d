"""A small Stripe on this machine: the protocol of what we use, and no money.

For tests, for the demo and for trying things out. Requests are checked by the parameter types of
the SDK, answers have the fields that the SDK's classes name. It goes wrong on demand (`faults`),
its clock can be moved, and it refuses to talk to anything but this machine.
"""

from integrations.stripe.standin.account import StandIn
from integrations.stripe.standin.faults import Faults

__all__ = ["Faults", "StandIn"]
