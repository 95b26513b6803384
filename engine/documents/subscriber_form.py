"""What a person typed about a subscriber, in a dialog or a CSV row, checked field by field."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.documents.phones import NotAPhone, parse_phone
from engine.domain.alert_channels import is_mail
from engine.domain.content import Language
from engine.domain.emergency import Agreed, Channel
from engine.domain.enrolment import Consent, Details, SubscriberForm
from engine.domain.ids import Phone
from engine.domain.subscriber import Tier

NAME_LIMIT = 100
REGION_LIMIT = 60
REGISTRATION_LIMIT = 32
SOURCE_LIMIT = 60
EVIDENCE_LIMIT = 300
TAGS_LIMIT = 200
LOCAL = ZoneInfo("Asia/Kolkata")
WHATSAPP_BEGAN = datetime(2009, 1, 1, tzinfo=UTC)
DATE_FORMATS = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y")
TIME_FORMATS = ("", " %H:%M", " %H:%M:%S")

LANGUAGES = {
    **dict.fromkeys(("en", "eng", "english", "इंग्रजी", "अंग्रेज़ी", "अंग्रेजी"), Language.EN),
    **dict.fromkeys(("hi", "hin", "hindi", "हिन्दी", "हिंदी"), Language.HI),
    **dict.fromkeys(("mr", "mar", "marathi", "मराठी"), Language.MR),
}
YES = frozenset({"yes", "y", "true", "1", "on", "x", "हाँ", "हां", "होय"})
NO = frozenset({"", "no", "n", "false", "0", "off", "-", "नहीं", "नाही"})
ADDRESS_LIMIT = 254  # RFC 5321
TIERS = {tier.value.lower(): tier for tier in Tier}
_REGISTRATION = re.compile(r"[A-Z0-9][A-Z0-9 ./-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field, as a sentence that also says how to mend it."""

    field: str
    words: str


def check_details(form: SubscriberForm) -> Details | tuple[Problem, ...]:
    """The details in their final spelling, or everything that is wrong with them."""
    problems: list[Problem] = []
    name, phone = _name(form.name, problems), parse_phone(form.phone)
    if isinstance(phone, NotAPhone):
        problems.append(Problem("phone", phone.words))
        phone = Phone("")
    language, tier, region, wrong = _kind(form.language, form.tier, form.region)
    problems += wrong
    details = Details(
        name=name,
        phone=phone,
        language=language,
        tier=tier,
        region=region,
        registration_no=_registration(form.registration_no, problems),
        tags=_line("tags", "The tags", form.tags, TAGS_LIMIT, problems),
    )
    return tuple(problems) or details


def check_consent(form: SubscriberForm, now: datetime) -> Consent | tuple[Problem, ...]:
    """When and how they agreed, or what is missing: without consent nobody is written to (spec S3).

    A date alone means its beginning in India; it may not lie in the future.
    """
    return _agreed(form.consent_source, form.consent_date, form.consent_evidence, now)


def check_channels(form: SubscriberForm, consent: Consent) -> tuple[Agreed, ...] | Problem:
    """What they agreed to beside WhatsApp, when and as they agreed to that; or what is wrong.

    An e-mail address without a consent to use it is not kept.
    """
    agreed: list[Agreed] = []
    for channel, field, text in (
        (Channel.SMS, "sms_consent", form.sms_consent),
        (Channel.EMAIL, "email_consent", form.email_consent),
    ):
        word = text.strip().lower()
        if word in NO:
            continue
        if word not in YES:
            return Problem(field, f"“{text.strip()[:NAME_LIMIT]}” is neither yes nor no.")
        address = form.email.strip() if channel is Channel.EMAIL else ""
        if channel is Channel.EMAIL and not (is_mail(address) and len(address) <= ADDRESS_LIMIT):
            return Problem("email", f"“{address[:NAME_LIMIT]}” is not an e-mail address.")
        agreed.append(
            Agreed(
                channel=channel,
                given=True,
                at=consent.at,
                source=consent.source,
                evidence=consent.evidence,
                address=address,
            )
        )
    return tuple(agreed)


@lru_cache(maxsize=4096)  # a list repeats its few ways and days of agreeing
def _agreed(how: str, when: str, proof: str, now: datetime) -> Consent | tuple[Problem, ...]:
    problems: list[Problem] = []
    source = _line("consent_source", "The source", how, SOURCE_LIMIT, problems)
    evidence = _line("consent_evidence", "The evidence", proof, EVIDENCE_LIMIT, problems)
    if not source:
        words = "No consent: say how they agreed, for example “web form” or “signed form”."
        problems.append(Problem("consent_source", words))
    at = _date(when, now, problems)
    if problems or at is None:
        return tuple(problems)
    return Consent(at=at, source=source, evidence=evidence)


def _name(text: str, problems: list[Problem]) -> str:
    name = _line("name", "The name", text, NAME_LIMIT, problems)
    if not name:
        problems.append(Problem("name", "The name is missing."))
    elif not name[0].isalpha() and not any(letter.isalpha() for letter in name):
        problems.append(Problem("name", f"“{name}” is not a name: it has no letter."))
    return name


def _line(field: str, what: str, text: str, limit: int, problems: list[Problem]) -> str:
    """One line of text: WhatsApp refuses template parameters with line breaks or runs of spaces."""
    if _CONTROL.search(text) is None and "  " not in text:
        line = text.strip()
    else:
        line = " ".join(_CONTROL.sub(" ", text).split())
    if len(line) > limit:
        problems.append(Problem(field, f"{what} is longer than {limit} characters. Shorten it."))
    return line


@lru_cache(maxsize=4096)  # a list repeats these too
def _kind(language: str, tier: str, region: str) -> tuple[Language, Tier, str, tuple[Problem, ...]]:
    """What many share, and everything that is wrong with it."""
    problems: list[Problem] = []
    return (
        _language(language, problems),
        _tier(tier, problems),
        _line("region", "The region", region, REGION_LIMIT, problems),
        tuple(problems),
    )


def _language(text: str, problems: list[Problem]) -> Language:
    word = text.strip().lower()
    if word and word not in LANGUAGES:
        words = f"“{text.strip()[:NAME_LIMIT]}” is no language we send in. Write EN, HI or MR."
        problems.append(Problem("language", words))
    return LANGUAGES.get(word, Language.EN)


def _tier(text: str, problems: list[Problem]) -> Tier:
    word = text.strip().lower()
    if word and word not in TIERS:
        words = f"“{text.strip()[:NAME_LIMIT]}” is no tier. Write PREMIUM, PRO or BASIC."
        problems.append(Problem("tier", words))
    return TIERS.get(word, Tier.BASIC)


def _registration(text: str, problems: list[Problem]) -> str:
    number = _line(
        "registration_no", "The registration number", text, REGISTRATION_LIMIT, problems
    ).upper()
    if number and _REGISTRATION.fullmatch(number) is None:
        words = f"“{number}” is no registration number. Write it like INH000012345 or ARN-12345."
        problems.append(Problem("registration_no", words))
    return number


def _date(text: str, now: datetime, problems: list[Problem]) -> datetime | None:
    typed = text.strip()
    if not typed:
        problems.append(Problem("consent_date", "No consent: say when they agreed."))
        return None
    at = _instant(typed)
    if at is None:
        words = f"“{typed[:NAME_LIMIT]}” is no date. Write it like 2026-11-22 or 22/11/2026."
        problems.append(Problem("consent_date", words))
    elif at < WHATSAPP_BEGAN:
        problems.append(Problem("consent_date", f"“{typed}” is too long ago. Check the year."))
    elif at > now + timedelta(minutes=1):
        problems.append(Problem("consent_date", f"“{typed}” lies in the future."))
    return at


@lru_cache(maxsize=4096)  # a list repeats its dates
def _instant(text: str) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        tries = (_try(text, day + hour) for day in DATE_FORMATS for hour in TIME_FORMATS)
        parsed = next(filter(None, tries), None)
    if parsed is None or parsed.year < 2:  # the very first instant has no earlier time zone
        return None
    local = parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=LOCAL)
    return local.astimezone(UTC)


def _try(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern).replace(tzinfo=LOCAL)
    except ValueError:
        return None
