"""What the pages say, English and Hindi side by side; one module for each part of the desk.

A page asks for its English and gets the person's language (`app.words.speech`). Holes in braces
take what the moment puts there: a number, a name, a time.
"""

from app.words.pages.common import COMMON
from app.words.pages.content import CONTENT
from app.words.pages.delivery import DELIVERY
from app.words.pages.frame import FRAME
from app.words.pages.live import LIVE
from app.words.pages.people import PEOPLE
from app.words.pages.profile import PROFILE
from app.words.pages.rehearsal import REHEARSAL
from app.words.pages.settings import SETTINGS
from app.words.pages.watching import WATCHING
from app.words.pages.what_if import WHAT_IF
from app.words.pages.wordings import WORDINGS

PARTS = (
    *(COMMON, CONTENT, DELIVERY, FRAME, LIVE, PEOPLE, PROFILE, REHEARSAL, SETTINGS, WATCHING),
    *(WHAT_IF, WORDINGS),
)
PHRASES: dict[str, str] = {english: hindi for part in PARTS for english, hindi in part.items()}
