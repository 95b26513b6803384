"""Media: upload, what is known of a file, its bytes, and its end (Meta: Cloud API > Media)."""

from aiohttp import web

from engine.simulator.api_errors import Refusal, no_such_object
from engine.simulator.media import Media
from engine.simulator.server.face import Face
from engine.simulator.server.graph import answer, refuse


async def upload(face: Face, request: web.Request) -> web.Response:
    """`POST /{phone number id}/media`, multipart: `messaging_product`, `file`, and maybe `type`."""
    phone_number_id = request.match_info["object_id"]
    if phone_number_id not in face.world.account.numbers:
        return refuse(no_such_object(phone_number_id))
    if not request.content_type.startswith("multipart/"):
        return refuse(Refusal(100, "The body must be multipart/form-data."))
    form = await request.post()
    file = form.get("file")
    if form.get("messaging_product") != "whatsapp" or not isinstance(file, web.FileField):
        return refuse(Refusal(100, "The parameters messaging_product and file are required."))
    kind = form.get("type")
    mime_type = kind if isinstance(kind, str) and kind else file.content_type
    media = face.world.account.media.upload(mime_type, file.file.read(), face.now())
    return refuse(media) if isinstance(media, Refusal) else answer({"id": media.id})


def describe(request: web.Request, media: Media) -> web.Response:
    """`GET /{media id}`: where its bytes are, and their checksum."""
    return answer(
        {
            "messaging_product": "whatsapp",
            "url": f"{request.scheme}://{request.host}/_media/{media.id}",
            "mime_type": media.mime_type,
            "sha256": media.sha256,
            "file_size": len(media.content),
            "id": media.id,
        }
    )


async def download(face: Face, request: web.Request) -> web.Response:
    """The address that `describe` named; it wants the token, too."""
    media = face.world.account.media.get(request.match_info["object_id"], face.now())
    if media is None:
        return web.Response(status=404)
    return web.Response(body=media.content, content_type=media.mime_type)


async def delete(face: Face, request: web.Request) -> web.Response:
    """`DELETE /{media id}`."""
    media_id = request.match_info["object_id"]
    if not face.world.account.media.delete(media_id):
        return refuse(no_such_object(media_id, "delete"))
    return answer({"success": True})
