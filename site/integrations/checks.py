"""What an operator should know of the accounts that the site has with others."""

from typing import Any

from django.conf import settings
from django.core import checks

STRIPE = ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET")


# No warning: a site whose courses are all free needs none of it.
@checks.register(deploy=True)
def payments(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Names the variables without which nothing can be sold."""
    missing = [name for name in STRIPE if not getattr(settings, name)]
    if not missing:
        return []
    return [
        checks.Info(
            f"{', '.join(missing)}: not set, so paid offers cannot be bought.",
            hint="Copy them from Stripe's dashboard; see .env.example.",
            id="integrations.I001",
        )
    ]
