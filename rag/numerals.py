"""Numbers as Chinese print writes them: ５万, 12.5亿, 六十九, 两千三百, 二〇二四. Pure."""

from __future__ import annotations

from fractions import Fraction

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
# one character for one, so that positions stay true
NARROW = str.maketrans("０１２３４５６７８９．％－～／：", "0123456789.%-~/:")


def _below_myriad(text: str) -> int | None:
    """二百六十九 → 269; None for what is not a well-formed number below 10,000."""
    total, last = 0, 10000
    digit: int | None = None
    for char in text:
        if char in DIGITS:
            if digit:
                return None  # 七八: two digits side by side are an estimate, not a number
            digit = DIGITS[char]
            continue
        unit = _TENS[char]
        if unit >= last or (digit is None and total):
            return None
        total += (1 if digit is None else digit) * unit
        last, digit = unit, None
    return total + (digit or 0)


def chinese_number(text: str) -> int | None:
    """The value of a Chinese numeral (六十九, 两千三百, 五万, 二〇二四); None when it is none or an estimate (七八)."""
    if not text or any(c not in DIGITS and c not in _TENS and c not in _MYRIADS for c in text):
        return None
    if len(text) > 1 and all(c in DIGITS and c != "两" for c in text):
        # spoken digit by digit: years and numbers like 二〇二四; two digits side by side are an estimate
        return int("".join(str(DIGITS[c]) for c in text)) if len(text) >= 4 else None
    for char in "亿万":
        head, found, tail = text.partition(char)
        if found:
            high = chinese_number(head) if head else 1  # 三万亿: what stands before 亿 may hold 万
            low = chinese_number(tail.lstrip("零〇")) if tail else 0
            if high is None or low is None or low >= _MYRIADS[char]:
                return None
            return high * _MYRIADS[char] + low
    return _below_myriad(text)


def arabic_number(text: str) -> Fraction | None:
    """The value of digits with an optional decimal point, thousands commas and 百千万亿 («1,234.5», «5万», «3百万»)."""
    digits = text.translate(NARROW).replace(",", "")
    scale = 1
    while digits and digits[-1] in "十百千万亿":
        scale *= (_TENS | _MYRIADS)[digits[-1]]
        digits = digits[:-1]
    if not digits.replace(".", "", 1).isdecimal():
        return None
    return Fraction(digits.strip(".") or "0") * scale


def plain(value: Fraction | int) -> str:
    """`value` in Arabic digits without thousands separators or superfluous zeros; fractions that do not end as p/q."""
    value = Fraction(value)
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    whole = str(value.numerator * 10**places // value.denominator)
    if not places:
        return whole
    whole = whole.rjust(places + 1, "0")
    return f"{whole[:-places]}.{whole[-places:]}"
