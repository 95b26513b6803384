"""What the pages say, English and Hindi side by side; one module for each part of the desk.

A page asks for its English and gets the person's language (`app.words.speech`). Holes in braces
take what the moment puts there: a number, a name, a time.
"""

from app.words.pages.frame import FRAME
from app.words.pages.live import LIVE
from app.words.pages.profile import PROFILE

PHRASES: dict[str, str] = {**FRAME, **LIVE, **PROFILE}
