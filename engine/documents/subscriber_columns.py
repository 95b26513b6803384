"""Which column of a list is what: guessed from the words of its header, or as a person says."""

from collections.abc import Sequence

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": (
        *("name", "fullname", "subscriber", "subscribername", "advisorname", "clientname"),
        *("customername", "investorname", "नाम", "पूरानाम", "नाव"),
    ),
    "phone": (
        *("phone", "phoneno", "phonenumber", "mobile", "mobileno", "mobilenumber", "whatsapp"),
        *("whatsappno", "whatsappnumber", "contact", "contactno", "contactnumber", "mobilephone"),
        *("मोबाइल", "फोन", "मोबाईल"),
    ),
    "language": ("language", "lang", "preferredlanguage", "भाषा"),
    "tier": ("tier", "plan", "subscription", "category"),
    "region": ("region", "state", "location", "राज्य"),
    "registration_no": (
        *("registrationno", "registrationnumber", "registration", "regno", "arn", "arnno"),
        *("sebi", "sebino", "sebiregistration", "sebiregistrationno", "sebiarn"),
    ),
    "tags": ("tags", "tag", "labels"),
    "consent_date": ("consentdate", "consentat", "consentedat", "optindate", "optedinat"),
    "consent_source": ("consentsource", "consent", "optinsource", "source", "consenthow"),
    "consent_evidence": ("consentevidence", "evidence", "proof"),
    "email": ("email", "emailaddress", "emailid", "mail", "ईमेल"),
    "email_consent": ("emailconsent", "emailoptin", "consentemail"),
    "sms_consent": ("smsconsent", "smsoptin", "consentsms"),
}
_FIELD_OF = {spelling: field for field, spellings in COLUMNS.items() for spelling in spellings}
REQUIRED = ("name", "phone")


def guessed(header: Sequence[str]) -> tuple[str, ...]:
    """For each column its field, empty for one that is not known; no field twice."""
    taken: set[str] = set()
    fields: list[str] = []
    for cell in header:
        bare = "".join(c for c in cell.lower() if c.isalnum() or not c.isascii()).strip()
        field = _FIELD_OF.get(bare, "")
        fields.append("" if field in taken else field)
        taken.add(field)
    return tuple(fields)


def as_said(header: Sequence[str], fields: Sequence[str]) -> tuple[str, ...]:
    """A person's own choice, made to fit: unknown fields and second ones are left out."""
    taken: set[str] = set()
    chosen: list[str] = []
    for place in range(len(header)):
        field = fields[place] if place < len(fields) else ""
        chosen.append(field if field in COLUMNS and field not in taken else "")
        taken.add(field)
    return tuple(chosen)


def missing(fields: Sequence[str]) -> list[str]:
    """Which fields a list cannot do without are not among these."""
    return [field for field in REQUIRED if field not in fields]
