"""What compliance looks for, as data: the texts, words and limits a tenant may edit (spec D3).

The defaults follow SEBI's advertisement code (circular of 2023-04-05, clause on messages) and the
limits of WhatsApp's templates. A regulator's wording is to be confirmed by counsel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.domain.content import Language


class Severity(StrEnum):
    """What a failed check does."""

    BLOCK = "block"  # it cannot be submitted or approved
    WARN = "warn"  # the approver sees it and decides


class CheckName(StrEnum):
    """What is looked at, in the order people read it."""

    LANGUAGES = "languages"
    WARNING_TEXT = "warning_text"
    CLIENT_ONLY = "client_only"
    REGISTRATION = "registration"
    ASSURED_RETURNS = "assured_returns"
    SUPERLATIVES = "superlatives"
    LINK = "link"
    PARAMETER_COUNT = "parameter_count"
    PARAMETER_FORMAT = "parameter_format"
    LENGTH = "length"
    IMAGE = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One tenant's rules. Phrases match whole words; case and punctuation do not matter."""

    warnings: Mapping[str, tuple[str, ...]]
    """By language, the accepted wordings of the warning; people are shown the first."""
    client_only: Mapping[str, tuple[str, ...]]
    """By language, the accepted wordings of: for the client alone, not to be passed on."""
    registration_numbers: tuple[str, ...] = ()
    """The organisation's own; none: any that looks like one."""
    official_sites: tuple[str, ...] = ()
    """The hosts a link may lead to; none: any."""
    assured_returns: tuple[str, ...]
    superlatives: tuple[str, ...]
    harmless: tuple[str, ...]
    """Phrases cut out before the words above are looked for: disclaimers, negations, courtesies."""
    body_characters: int = 1024
    longest_name: int = 60
    longest_registration_no: int = 20
    """Characters reckoned with for the personal fields, since the length is checked before them."""
    image_bytes: int = 5 * 1024 * 1024
    warn_only: frozenset[CheckName] = frozenset({CheckName.SUPERLATIVES, CheckName.CLIENT_ONLY})
    """Checks that warn; all others block."""

    def severity(self, name: CheckName) -> Severity:
        """What it does when this check fails."""
        return Severity.WARN if name in self.warn_only else Severity.BLOCK


WARNINGS: dict[str, tuple[str, ...]] = {
    # SEBI's own words, its grammar included: no word may be changed.
    Language.EN: (
        "Investment in securities market are subject to market risks. "
        "Read all the related documents carefully before investing.",
    ),
    Language.HI: (
        "प्रतिभूति बाज़ार में निवेश बाज़ार जोखिमों के अधीन है। निवेश करने से पहले सभी संबंधित दस्तावेज़ ध्यान से पढ़ें।",
        "प्रतिभूति बाज़ार में निवेश बाज़ार जोखिमों के अधीन हैं। निवेश करने से पहले सभी संबंधित दस्तावेज़ ध्यानपूर्वक पढ़ें।",
    ),
    Language.MR: (
        "रोखे बाजारातील गुंतवणूक बाजारातील जोखमींच्या अधीन आहे. "
        "गुंतवणूक करण्यापूर्वी सर्व संबंधित कागदपत्रे काळजीपूर्वक वाचा.",
    ),
}

CLIENT_ONLY: dict[str, tuple[str, ...]] = {
    # What a message to a client under agreement must say in place of an advertisement's details.
    Language.EN: (
        "The information is only for consumption by the client and such material should not be"
        " redistributed",
    ),
    Language.HI: (
        "यह जानकारी केवल ग्राहक के उपयोग के लिए है और इस सामग्री को आगे साझा नहीं किया जाना चाहिए",
    ),
    Language.MR: ("ही माहिती केवळ ग्राहकाच्या वापरासाठी आहे आणि ही सामग्री पुढे पाठवू नये",),
}

ALWAYS_BLOCK = frozenset(
    {CheckName.PARAMETER_COUNT, CheckName.PARAMETER_FORMAT, CheckName.LENGTH, CheckName.IMAGE}
)
"""What WhatsApp itself would refuse: no severity makes that pass."""

# SEBI's numbers of research analysts, advisers, portfolio managers …, AMFI's of distributors.
REGISTRATION = r"\bIN[A-Z]\d{9}\b|\bARN[- ]?\d{1,6}\b"
LINK = r"https://([^\s/?#]+\.[^\s/?#]+)"

_ASSURED = (
    # English
    "guarantee", "guarantees", "guaranteed", "assured", "assurance", "assures", "risk free",
    "riskless", "no risk", "zero risk", "without risk", "sure shot", "sureshot", "fixed returns",
    "fixed return", "certain profit", "sure profit", "100 profit", "no loss", "cannot lose",
    "can t lose", "double your money", "jackpot", "multibagger",
    # Hindi
    "गारंटी", "गारंटीड", "गारंटीशुदा", "सुनिश्चित रिटर्न", "सुनिश्चित लाभ", "निश्चित रिटर्न", "निश्चित लाभ",
    "पक्का मुनाफा", "पक्का रिटर्न", "जोखिम मुक्त", "बिना जोखिम", "शून्य जोखिम", "पैसा दोगुना",
    # Marathi
    "हमी", "हमखास", "खात्रीशीर परतावा", "खात्रीशीर नफा", "निश्चित परतावा", "निश्चित नफा", "जोखीममुक्त",
    "जोखीम मुक्त", "जोखमीशिवाय", "विना जोखीम", "पैसे दुप्पट",
)  # fmt: skip
_SUPERLATIVES = (
    "best", "no 1", "no1", "number 1", "number one", "unbeatable", "unmatched", "top adviser",
    "top advisor", "top analyst", "market leader", "leading adviser", "leading advisor",
    "most trusted", "most accurate", "highest accuracy",
    "सर्वश्रेष्ठ", "सर्वोत्तम", "नंबर 1", "नंबर वन", "नंबर एक", "सबसे भरोसेमंद", "सबसे सटीक",
    "सर्वोत्कृष्ट", "क्रमांक 1", "क्रमांक एक", "सर्वात विश्वासू", "सर्वात अचूक",
)  # fmt: skip
_HARMLESS = (
    "Registration granted by SEBI, membership of BASL (in case of IAs) and certification from NISM"
    " in no way guarantee performance of the intermediary or provide any assurance of returns to"
    " investors",
    "Registration granted by SEBI, enlistment with the exchange and certification from NISM in no"
    " way guarantee performance of the intermediary or provide any assurance of returns to"
    " investors",
    "not guaranteed", "no guarantee", "not a guarantee", "does not guarantee", "do not guarantee",
    "cannot guarantee", "in no way guarantee", "not assured", "no assurance", "best regards",
    "best wishes", "all the best",
    "गारंटी नहीं", "हमी नाही", "हमी देत नाही",
)  # fmt: skip

DEFAULT_RULES = Rules(
    warnings=WARNINGS,
    client_only=CLIENT_ONLY,
    assured_returns=_ASSURED,
    superlatives=_SUPERLATIVES,
    harmless=_HARMLESS,
)
