"""Images uploaded ahead of the window, once to every number that sends them (Meta: Cloud API >
Media).

An id belongs to the number it was uploaded to and lives 30 days; sending by id spares Meta the
download.
"""

import asyncio
from collections.abc import Iterable

from engine.domain.ids import PhoneNumberId
from engine.domain.outcome import Blame, Failure
from engine.whatsapp.graph import Graph
from engine.whatsapp.lenient import identifier

IMAGE_MAX_BYTES = 5 * 1024 * 1024
UPLOADS_AT_ONCE = 10
_KINDS = {
    b"\xff\xd8\xff": ("image/jpeg", "image.jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "image.png"),
}


async def upload_image(graph: Graph, sender: PhoneNumberId, image: bytes) -> str | Failure:
    """Upload a JPEG or PNG for this sender's messages; the media id, or why there is none."""
    kind = next((kind for magic, kind in _KINDS.items() if image.startswith(magic)), None)
    if kind is None:
        return _unfit("The image is neither a JPEG nor a PNG")
    if len(image) > IMAGE_MAX_BYTES:
        return _unfit(f"The image has more than {IMAGE_MAX_BYTES} bytes")
    content_type, name = kind
    fields = {"messaging_product": "whatsapp", "type": content_type}
    file = (name, image, content_type)
    answer = await graph.upload(f"{sender}/media", fields, file, sender=sender)
    if isinstance(answer, Failure):
        return answer
    media = identifier(answer.get("id"))
    return media or Failure(
        blame=Blame.PLATFORM, code=None, title="The upload got no id", retryable=True
    )


async def upload_everywhere(
    graph: Graph, senders: Iterable[PhoneNumberId], image: bytes
) -> dict[PhoneNumberId, str | Failure]:
    """Upload an image for each sender, a few at a time; what came of each."""
    turns = asyncio.Semaphore(UPLOADS_AT_ONCE)

    async def upload(sender: PhoneNumberId) -> str | Failure:
        async with turns:
            return await upload_image(graph, sender, image)

    async with asyncio.TaskGroup() as group:
        uploads = {sender: group.create_task(upload(sender)) for sender in senders}
    return {sender: task.result() for sender, task in uploads.items()}


def _unfit(title: str) -> Failure:
    return Failure(blame=Blame.US, code=None, title=title)
