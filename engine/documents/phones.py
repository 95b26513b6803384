"""Phone numbers as people type them, made into E.164 or into a sentence (spec §2)."""

import re
from dataclasses import dataclass
from functools import cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from engine.domain.ids import Phone

HOME = "IN"
_PUNCTUATION = re.compile(r"[\s\-\u2010-\u2015().·/'’\u200b\u200e\u202a\u202c]+")
_INDIAN = re.compile(r"(?:\+?91|0)?([6-9]\d{9})", re.ASCII)
_SHORTENED = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE | re.ASCII)
LONGEST_QUOTE = 24


@dataclass(frozen=True, slots=True)
class NotAPhone:
    """Why a text is no phone number we can write to, as a sentence that says how to mend it."""

    words: str


def parse_phone(text: str) -> Phone | NotAPhone:
    """The number in E.164, or what is wrong with it.

    Numbers without a country code are taken as Indian.
    """
    bare = _PUNCTUATION.sub("", text)
    if not bare:
        return NotAPhone("The phone number is missing.")
    # Nearly every row of a list is one of these; the same pattern decides, 20 times faster.
    usual = _INDIAN.fullmatch(bare)
    if usual is not None and _indian_mobiles().fullmatch(usual[1]):
        return Phone(f"+91{usual[1]}")
    answer = _any_phone(text.strip().removeprefix("'").removesuffix(".0"))
    return Phone(answer) if answer.startswith("+") else NotAPhone(answer)


def spaced(phone: str) -> str:
    """A number as people read it: `+91 98123 45610`."""
    if phone.startswith("+91") and len(phone) == 13:
        return f"+91 {phone[3:8]} {phone[8:]}"
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _any_phone(text: str) -> str:
    """E.164 with its plus, or a sentence, which never begins with one."""
    quoted = f"“{text[:LONGEST_QUOTE]}”"
    if _SHORTENED.fullmatch(text):
        return (
            f"{quoted} was shortened by a spreadsheet. Format the column as text and export again."
        )
    try:
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        return f"{quoted} is not a phone number. Write it like 98123 45610 or +91 98123 45610."
    if not phonenumbers.is_valid_number(number):
        return _why_invalid(quoted, number)
    if number.country_code == 91 and phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE:
        return f"{quoted} is a landline. WhatsApp needs the person's mobile number."
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _why_invalid(quoted: str, number: phonenumbers.PhoneNumber) -> str:
    if number.country_code != 91:
        return f"{quoted} is no valid number of country +{number.country_code}. Check the digits."
    digits = len(phonenumbers.national_significant_number(number))
    if digits == 10:
        return f"{quoted} is no Indian mobile number: no operator has numbers that start so."
    many = "1 digit" if digits == 1 else f"{digits} digits"
    return f"{quoted} has {many} after +91; an Indian mobile number has 10."


@cache
def _indian_mobiles() -> re.Pattern[str]:
    metadata = PhoneMetadata.metadata_for_region(HOME)
    assert metadata is not None
    assert metadata.mobile is not None
    pattern = metadata.mobile.national_number_pattern
    assert pattern is not None
    return re.compile(pattern, re.ASCII)
