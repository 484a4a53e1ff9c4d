"""The smallest amounts that Stripe takes, as it publishes them (docs.stripe.com/currencies).

The currency that an account is paid out in has one, too, which cannot be known beforehand: where
Stripe refuses all the same, it is told then (`integrations.errors.TooLittle`).
"""

LEAST = {
    **dict.fromkeys(("USD", "EUR", "CHF", "AUD", "CAD", "NZD", "SGD", "BRL", "INR"), 50),
    **{"GBP": 30, "JPY": 50, "AED": 200, "MYR": 200, "PLN": 200, "RON": 200, "DKK": 250},
    **{"NOK": 300, "SEK": 300, "HKD": 400, "MXN": 1000, "THB": 1000, "CZK": 1500},
}


def least(currency: str) -> int:
    """In the currency's smallest unit; one unit where Stripe publishes none."""
    return LEAST.get(currency, 1)
