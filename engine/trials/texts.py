"""What the made-up organisation sends: a utility template in three languages, and a day's words."""

from dataclasses import dataclass

from engine.domain.content import Language

TITLE = "Nifty outlook, week 48"
TEMPLATE = "morning_market_note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A template as Meta would approve it, and the day's parameters in the template's order."""

    template_language: str
    body: str
    footer: str
    parameters: tuple[str, ...]


TEXTS: dict[Language, Text] = {
    Language.EN: Text(
        template_language="en",
        body=(
            "Good morning {{1}} ({{2}}),\n\n"
            "your daily note is ready: {{3}}\n\n"
            "Levels to know: {{4}}\n\n"
            "Read it in full: https://dawncast.example/note\n\n"
            "Investment in securities market are subject to market risks. "
            "Read all the related documents carefully before investing. "
            "SEBI registration INH000000000."
        ),
        footer="Reply STOP to stop this note",
        parameters=(
            "{name}",
            "{registration_no}",
            "Nifty may open flat; banks lead, IT waits for the US close",
            "support 24,180 and resistance 24,460",
        ),
    ),
    Language.HI: Text(
        template_language="hi",
        body=(
            "सुप्रभात {{1}} ({{2}}),\n\n"
            "आपका आज का नोट तैयार है: {{3}}\n\n"
            "ध्यान रखने योग्य स्तर: {{4}}\n\n"
            "पूरा पढ़ें: https://dawncast.example/note\n\n"
            "प्रतिभूति बाज़ार में निवेश बाज़ार जोखिमों के अधीन है। "
            "निवेश करने से पहले सभी संबंधित दस्तावेज़ ध्यान से पढ़ें। "
            "सेबी पंजीकरण INH000000000."
        ),
        footer="रोकने के लिए STOP लिखें",
        parameters=(
            "{name}",
            "{registration_no}",
            "निफ़्टी सपाट खुल सकता है; बैंक आगे, आईटी अमेरिकी बाज़ार की राह देख रहा है",
            "समर्थन 24,180 और प्रतिरोध 24,460",
        ),
    ),
    Language.MR: Text(
        template_language="mr",
        body=(
            "सुप्रभात {{1}} ({{2}}),\n\n"
            "आजची टिपणी तयार आहे: {{3}}\n\n"
            "लक्षात ठेवायच्या पातळ्या: {{4}}\n\n"
            "संपूर्ण वाचा: https://dawncast.example/note\n\n"
            "रोखे बाजारातील गुंतवणूक बाजारातील जोखमींच्या अधीन आहे. "
            "गुंतवणूक करण्यापूर्वी सर्व संबंधित कागदपत्रे काळजीपूर्वक वाचा. "
            "सेबी नोंदणी INH000000000."
        ),
        footer="थांबवण्यासाठी STOP लिहा",
        parameters=(
            "{name}",
            "{registration_no}",
            "निफ्टी सपाट उघडू शकतो; बँका पुढे, आयटी अमेरिकी बाजाराची वाट पाहत आहे",
            "आधार 24,180 आणि प्रतिकार 24,460",
        ),
    ),
}
