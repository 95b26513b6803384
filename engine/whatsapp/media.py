"""Files uploaded ahead of the window, once to every number that sends them (Meta: Cloud API >
Media).

An id belongs to the number it was uploaded to and lives 30 days; sending by id spares Meta the
download.
"""

import asyncio
from collections.abc import Iterable

from engine.domain.ids import PhoneNumberId
from engine.domain.media import LIMITS, MediaType, megabytes, type_of
from engine.domain.outcome import Blame, Failure
from engine.whatsapp.graph import Graph
from engine.whatsapp.lenient import identifier

UPLOADS_AT_ONCE = 10
_NAMES = {
    MediaType.JPEG: "image.jpg",
    MediaType.PNG: "image.png",
    MediaType.PDF: "document.pdf",
}


async def upload_media(graph: Graph, sender: PhoneNumberId, content: bytes) -> str | Failure:
    """Upload a JPEG, PNG or PDF for this sender's messages; the media id, or why there is none."""
    kind = type_of(content)
    if kind is None:
        return _unfit("The file is neither a JPEG, a PNG nor a PDF")
    if len(content) > LIMITS[kind]:
        return _unfit(f"The file has more than {megabytes(LIMITS[kind])}")
    fields = {"messaging_product": "whatsapp", "type": kind.value}
    file = (_NAMES[kind], content, kind.value)
    answer = await graph.upload(f"{sender}/media", fields, file, sender=sender)
    if isinstance(answer, Failure):
        return answer
    media = identifier(answer.get("id"))
    return media or Failure(
        blame=Blame.PLATFORM, code=None, title="The upload got no id", retryable=True
    )


async def upload_everywhere(
    graph: Graph, senders: Iterable[PhoneNumberId], content: bytes
) -> dict[PhoneNumberId, str | Failure]:
    """Upload a file for each sender, a few at a time; what came of each."""
    turns = asyncio.Semaphore(UPLOADS_AT_ONCE)

    async def upload(sender: PhoneNumberId) -> str | Failure:
        async with turns:
            return await upload_media(graph, sender, content)

    async with asyncio.TaskGroup() as group:
        uploads = {sender: group.create_task(upload(sender)) for sender in senders}
    return {sender: task.result() for sender, task in uploads.items()}


async def known_media(graph: Graph, media: str, sender: PhoneNumberId) -> Failure | None:
    """Whether Meta still has a file for this sender (Meta: Media > Retrieve media URL): None when
    the id resolves, else why not.
    """
    answer = await graph.get(media, {"phone_number_id": sender}, sender=sender)
    return answer if isinstance(answer, Failure) else None


def _unfit(title: str) -> Failure:
    return Failure(blame=Blame.US, code=None, title=title)
