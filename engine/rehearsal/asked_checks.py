"""The checks of what WhatsApp, and our own address, answered. Pure: `ask` has asked before.

A check fails for its own cause alone: where the token is refused, the numbers are not said to be
broken.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from engine.domain.ids import SenderId
from engine.domain.outcome import Blame, Failure
from engine.domain.quality import CANNOT_SEND, FLAGGED, Quality, read_quality
from engine.domain.rehearsal import Check, Verdict, listed
from engine.domain.template_standing import SENDABLE, why_not
from engine.rehearsal.ask import Answers
from engine.rehearsal.facts import Facts
from engine.store.tables import Sender
from engine.whatsapp.numbers import NumberNode

UPLOADED_WITHIN = timedelta(seconds=60)
"""After the freeze: until then a file may still be on its way up."""
OK, WARN, FAIL = Verdict.OK, Verdict.WARN, Verdict.FAIL


def token(answers: Answers) -> Check:
    """Whether WhatsApp takes our token, and can be reached at all."""
    name = "Access token"
    if (refused := answers.refused) is not None:
        words = f"WhatsApp does not take it: {_said(refused)}."
        do = "Make a new one for the system user at Meta and put it into the settings."
        return Check(name=name, verdict=FAIL, words=words, do=do)
    if (unreached := answers.unreached) is not None:
        words = f"WhatsApp could not be asked: {_said(unreached)}."
        do = "See that this machine reaches the internet, and Meta's status page; then rehearse."
        return Check(name=name, verdict=FAIL, words=words, do=do)
    if not answers.numbers and answers.templates is None:
        return Check(name=name, verdict=WARN, words="There was nothing to ask WhatsApp with it.")
    return Check(name=name, verdict=OK, words="WhatsApp takes it.")


def senders(facts: Facts, answers: Answers) -> list[Check]:
    """How the numbers are: one line when all are well, else one for each in trouble."""
    wrong: list[Check] = []
    well = 0
    for sender in facts.senders:
        answer = answers.numbers.get(SenderId(sender.id or 0))
        if answer is None or _is_everybodys(answer):
            continue
        found = _of_sender(sender, answer)
        if found is None:
            well += 1
        else:
            wrong.append(found)
    primaries = [one for one in facts.senders if one.role == "primary" and one.state == "active"]
    if not primaries:
        words, do = "No primary sender is active.", "Resume one, or make a backup primary."
        wrong.insert(0, Check(name="Senders", verdict=FAIL, words=words, do=do))
    elif not wrong and well:
        words = f"{well} numbers are connected, and none is in trouble."
        resting = len(facts.senders) - len([one for one in facts.senders if one.state == "active"])
        words += f" {resting} rest." if resting else ""
        return [Check(name="Senders", verdict=OK, words=words)]
    elif not wrong:
        words = "WhatsApp did not say how the numbers are."
        return [Check(name="Senders", verdict=WARN, words=words)]
    return wrong


def _of_sender(sender: Sender, answer: NumberNode | Failure) -> Check | None:
    """What is wrong with one; a backup's trouble is a warning."""
    name = f"Sender ·· {sender.display_phone[-4:]}"
    gravest = FAIL if sender.role == "primary" else WARN
    rest = "Rest it under Senders, so that the others take its people."
    if isinstance(answer, Failure):
        words = f"WhatsApp does not know it: {_said(answer)}."
        return Check(name=name, verdict=gravest, words=words, do="Compare its id with Meta's.")
    if answer.status in CANNOT_SEND or answer.can_send == "BLOCKED":
        words = f"WhatsApp lets it send nothing: {_blocked(answer)}."
        return Check(name=name, verdict=gravest, words=words, do=rest)
    quality = read_quality(answer.quality)
    if quality is Quality.RED or answer.status == FLAGGED:
        words = "Its quality is low (RED): WhatsApp is about to restrict it."
        if answer.status == FLAGGED:
            words = "WhatsApp flagged it and is about to restrict it."
        return Check(name=name, verdict=gravest, words=words, do=rest)
    if quality is Quality.YELLOW or answer.can_send == "LIMITED":
        words = "Its quality is medium (YELLOW): it sends at a lower pace."
        if quality is not Quality.YELLOW:
            words = f"WhatsApp lets it send less: {_blocked(answer)}."
        return Check(name=name, verdict=WARN, words=words, do="See its recovery plan.")
    return None


def templates(facts: Facts, answers: Answers) -> list[Check]:
    """Whether every language that somebody reads has a template WhatsApp would send."""
    if facts.pack is None:
        return []
    live = answers.templates if isinstance(answers.templates, tuple) else None
    known = None if live is None else {(one.name, one.language): one.status for one in live}
    found: list[Check] = []
    texts = [*sorted(facts.pack.texts.items()), *sorted(facts.pack.second.items())]
    for language, text in texts:
        if not facts.readers.get(language):
            continue
        key = (text.template, text.template_language)
        status = text.status if known is None else known.get(key, "")
        if status == SENDABLE:
            continue
        words = f"{text.template} ({text.template_language}) is not in the account."
        if status:
            words = f"{text.template} ({text.template_language}) is {status.lower()}. "
            words += why_not(status)
        do = "Choose another template for this language, and have it approved again."
        found.append(Check(name=f"Template {language}", verdict=FAIL, words=words, do=do))
    if found:
        return found
    words = f"Approved by WhatsApp in {listed(sorted(facts.pack.texts))}."
    if known is None:
        words += " As we knew it last: WhatsApp was not asked."
        return [Check(name="Templates", verdict=WARN, words=words)]
    return [Check(name="Templates", verdict=OK, words=words)]


def media(facts: Facts, answers: Answers, frozen_at: datetime | None, now: datetime) -> list[Check]:
    """Whether WhatsApp still has the files above the texts, for every number."""
    if not facts.files and not facts.lacking:
        return []
    name = "Media"
    gone = [
        file
        for file, answer in answers.media.items()
        if answer is not None and not _is_everybodys(answer)
    ]
    if gone:
        words = f"{_files(gone)} is not at WhatsApp any more."
        do = "Change the picture or the paper, or upload it again: see the content's page."
        return [Check(name=name, verdict=FAIL, words=words, do=do)]
    if facts.lacking:
        if frozen_at is None:
            words = "It is uploaded to every number at the freeze."
            return [Check(name=name, verdict=OK, words=words)]
        late = now - frozen_at > UPLOADED_WITHIN
        words = f"{_files(facts.lacking)} is not uploaded yet."
        do = "See each sender's last error; a lane without its files does not open."
        return [Check(name=name, verdict=FAIL if late else WARN, words=words, do=do)]
    return [Check(name=name, verdict=OK, words=f"{_files(list(facts.files))} is there.")]


def _files(files: Sequence[tuple[SenderId, str]]) -> str:
    numbers = len({sender for sender, _ in files})
    return f"The file above the text, for {numbers} " + ("number," if numbers == 1 else "numbers,")


def webhooks(answers: Answers) -> Check:
    """Whether receipts would arrive."""
    name = "Webhooks"
    if answers.webhook is None:
        words = "Our webhook address is not known, so nobody could ask whether it answers."
        return Check(name=name, verdict=WARN, words=words, do="Set DAWNCAST_PUBLIC_URL.")
    if answers.webhook:
        do = "See that the server, its proxy and its certificate are up: receipts come there."
        return Check(name=name, verdict=FAIL, words=answers.webhook, do=do)
    return Check(name=name, verdict=OK, words="Our webhook address answers.")


def _is_everybodys(answer: object) -> bool:
    """Not about the one that was asked for: the token's, or WhatsApp's own trouble."""
    return isinstance(answer, Failure) and answer.blame in {Blame.ACCOUNT, Blame.PLATFORM}


def _blocked(node: NumberNode) -> str:
    reasons = [one.description.rstrip(".") for one in node.problems if one.description]
    return listed(reasons) if reasons else f"its status is {node.status.lower()}"


def _said(failure: Failure) -> str:
    code = "" if failure.code is None else f" ({failure.code})"
    return f"{failure.title}{code}"
