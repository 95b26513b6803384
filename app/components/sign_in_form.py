"""The pages before the pages: plain HTML from the server; they need no websocket and no script."""

from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import quote

from app.styles import Tone
from app.words.speech import ENGLISH, LANGUAGES, words_of

WORDMARK = Path(__file__).parent.parent.parent / "assets" / "wordmark.svg"

Said = tuple[Tone, str] | None
"""A message above a form, and its tone."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """The language of a form; `chosen` when the person has just picked it, and it is to be kept."""

    language: str = ENGLISH
    chosen: bool = False


_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title} · {product}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/dawncast.css">
<script src="/theme.js"></script>
</head>
<body>
<main class="dc-sign-in">
<form action="{action}" method="post">
<div class="dc-brand" title="{product}">{wordmark}</div>
<h1>{title}</h1>
{message}
{fields}
<input type="hidden" name="form_token" value="{form_token}">
<input type="hidden" name="next" value="{after}">
<input type="hidden" name="language" value="{chosen}">
<button class="dc-button dc-primary" type="submit">{button}</button>
{languages}
</form>
</main>
</body>
</html>
"""


def sign_in_page(*, form_token: str, after: str, email: str, said: Said, tongue: Tongue) -> str:
    """The sign-in form. `after`: the path it leads to."""
    words = words_of(tongue.language)
    typed = f' value="{escape(email)}"' if email else " autofocus"
    return _page(
        words.SIGN_IN_TITLE,
        "/auth/login",
        words.SIGN_IN_BUTTON,
        f'<label>{words.SIGN_IN_EMAIL}<input name="email" type="email" autocomplete="username"'
        f" required{typed}></label>",
        _password("password", words.SIGN_IN_PASSWORD, "current-password", focus=bool(email)),
        form_token=form_token,
        after=after,
        said=said,
        tongue=tongue,
        languages=_languages(after, tongue.language),
    )


def password_page(*, form_token: str, said: Said, tongue: Tongue) -> str:
    """The form for a new password."""
    words = words_of(tongue.language)
    return _page(
        words.PASSWORD_TITLE,
        "/auth/password",
        words.PASSWORD_BUTTON,
        _password("current", words.PASSWORD_CURRENT, "current-password", focus=True),
        _password("new", words.PASSWORD_NEW, "new-password"),
        _password("again", words.PASSWORD_AGAIN, "new-password"),
        form_token=form_token,
        after="/",
        said=said,
        tongue=tongue,
    )


def code_page(*, form_token: str, ticket: str, said: Said, tongue: Tongue) -> str:
    """The second step: a code. `ticket` says whose password was right."""
    words = words_of(tongue.language)
    return _page(
        words.CODE_TITLE,
        "/auth/code",
        words.CODE_BUTTON,
        f'<label>{words.CODE_LABEL}<input name="code" inputmode="text" required maxlength="64"'
        ' autocomplete="one-time-code" autocapitalize="none" spellcheck="false" autofocus></label>',
        f'<p class="dc-muted dc-small">{words.CODE_HINT}</p>',
        f'<input type="hidden" name="ticket" value="{escape(ticket)}">',
        form_token=form_token,
        after="/",
        said=said,
        tongue=tongue,
    )


def invitation_page(*, form_token: str, token: str, email: str, said: Said, tongue: Tongue) -> str:
    """The form for a first password. `token`: what the link carried."""
    words = words_of(tongue.language)
    return _page(
        words.INVITATION_TITLE,
        "/auth/invitation",
        words.INVITATION_BUTTON,
        f'<label>{words.SIGN_IN_EMAIL}<input type="email" value="{escape(email)}" readonly'
        ' autocomplete="username"></label>',
        _password("new", words.PASSWORD_NEW, "new-password", focus=True),
        _password("again", words.PASSWORD_AGAIN, "new-password"),
        f'<input type="hidden" name="token" value="{escape(token)}">',
        form_token=form_token,
        after="/",
        said=said,
        tongue=tongue,
    )


def _page(
    title: str,
    action: str,
    button: str,
    *fields: str,
    form_token: str,
    after: str,
    said: Said,
    tongue: Tongue,
    languages: str = "",
) -> str:
    message = ""
    if said is not None:
        tone, text = said
        message = f'<p class="dc-message" role="alert" data-tone="{tone}">{escape(text)}</p>'
    return _PAGE.format(
        title=title,
        wordmark=_wordmark(),
        product=words_of(tongue.language).PRODUCT,
        language=tongue.language,
        chosen=tongue.language if tongue.chosen else "",
        languages=languages,
        action=action,
        message=message,
        fields="\n".join(fields),
        form_token=escape(form_token),
        after=escape(after),
        button=button,
    )


@cache
def _wordmark() -> str:
    """The product's name as it is drawn; in the page itself, so that it takes the text's colour."""
    return WORDMARK.read_text().strip()


def _languages(after: str, language: str) -> str:
    """The other languages, each by its own name."""
    links = " · ".join(
        f'<a href="/sign-in?language={code}&amp;next={quote(after, safe="/")}" lang="{code}">'
        f"{name}</a>"
        for code, name in LANGUAGES.items()
        if code != language
    )
    return f'<p class="dc-muted dc-languages">{links}</p>'


def _password(name: str, label: str, autocomplete: str, *, focus: bool = False) -> str:
    return (
        f'<label>{label}<input name="{name}" type="password" autocomplete="{autocomplete}"'
        f' required maxlength="512"{" autofocus" if focus else ""}></label>'
    )
