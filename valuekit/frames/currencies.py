"""ISO 4217: the codes a ledger may carry."""

from difflib import get_close_matches
from typing import Final

_CODES: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF "
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK "
    "LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD "
    "OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
    "SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF "
    "YER ZAR ZMW ZWG "
)
CURRENCIES: Final = frozenset(_CODES.split())
_USUAL: Final = {
    "RMB": "CNY",
    "CNH": "CNY",
    "YUAN": "CNY",
    "¥": "CNY",
    "元": "CNY",
    "人民币": "CNY",
    "$": "USD",
    "€": "EUR",
}


def nearest_currency(text: str) -> str:
    """The code that was probably meant; CNY where nothing is near.

    Examples
    --------
    >>> nearest_currency("RMB"), nearest_currency("usd")
    ('CNY', 'USD')
    """
    upper = text.strip().upper()
    if upper in CURRENCIES:
        return upper
    return _USUAL.get(upper) or next(iter(get_close_matches(upper, sorted(CURRENCIES), n=1)), "CNY")
