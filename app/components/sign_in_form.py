"""The sign-in page: plain HTML from the server; a stranger needs no websocket and no script."""

from html import escape

from app.styles import Tone
from app.words import en as words

_PAGE = """<!doctype html>
<html lang="en">
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
<form action="/auth/login" method="post">
<div class="dc-brand"><img src="/favicon.svg" width="22" height="22" alt="">{product}</div>
<h1>{title}</h1>
{message}
<label>{email_label}<input name="email" type="email" autocomplete="username" required
 value="{email}"{focus_email}></label>
<label>{password_label}<input name="password" type="password" autocomplete="current-password"
 required maxlength="512"{focus_password}></label>
<input type="hidden" name="form_token" value="{form_token}">
<input type="hidden" name="next" value="{after}">
<button class="dc-button dc-primary" type="submit">{button}</button>
</form>
</main>
</body>
</html>
"""


def sign_in_page(*, form_token: str, after: str, email: str, said: tuple[Tone, str] | None) -> str:
    """The whole page. `said`: a message above the form, and its tone; `after`: where it leads."""
    message = ""
    if said is not None:
        tone, text = said
        message = f'<p class="dc-message" role="alert" data-tone="{tone}">{escape(text)}</p>'
    return _PAGE.format(
        title=words.SIGN_IN_TITLE,
        product=words.PRODUCT,
        message=message,
        email_label=words.SIGN_IN_EMAIL,
        email=escape(email),
        focus_email="" if email else " autofocus",
        focus_password=" autofocus" if email else "",
        password_label=words.SIGN_IN_PASSWORD,
        form_token=escape(form_token),
        after=escape(after),
        button=words.SIGN_IN_BUTTON,
    )
