"""The currencies that can be charged, and how many digits their minor units have."""

from decimal import Decimal


def _words(text: str) -> set[str]:
    return set(text.split())


WITHOUT_MINOR_UNITS = _words(
    "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf",
)
WITH_THREE_DIGITS = _words("bhd jod kwd omr tnd")
OTHERS = _words(
    """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bmd bnd bob brl bsd bwp byn bzd cad cdf chf
    cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr
    ils inr isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn
    myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp
    sle sos srd std szl thb tjs top try ttd twd tzs uah usd uyu uzs wst xcd yer zar zmw
    """
)
CURRENCIES = WITHOUT_MINOR_UNITS | WITH_THREE_DIGITS | OTHERS


def money(amount: int, currency: str) -> str:
    """For people to read: "12.50 EUR"."""
    digits = 0 if currency in WITHOUT_MINOR_UNITS else 3 if currency in WITH_THREE_DIGITS else 2
    return f"{Decimal(amount).scaleb(-digits):,f} {currency.upper()}"
