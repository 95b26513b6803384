"""Templates: list, submit, change, delete (Meta: Message templates > Template management)."""

import re
from dataclasses import replace
from typing import Any, cast

from aiohttp import web

from engine.simulator.api_errors import Refusal, no_such_object
from engine.simulator.faults import SetTemplateStatus
from engine.simulator.server.face import Face
from engine.simulator.server.graph import answer, json_object, only_fields, page, refuse
from engine.simulator.world import SimulatedTemplate

REVIEW_SECONDS = 2.0
"""A submitted template is PENDING this long; then it is decided on, and a webhook says how."""
_PROMISES = re.compile(r"guaranteed|assured returns", re.IGNORECASE)
"""What a reviewer would reject an investment adviser for."""
TEMPLATES_MAX = 6000
"""Of a verified portfolio."""
CATEGORIES = frozenset({"AUTHENTICATION", "MARKETING", "UTILITY"})
_NAME = re.compile(r"[a-z0-9_]{1,512}")


async def list_templates(face: Face, request: web.Request) -> web.Response:
    """`GET /{waba}/message_templates?name=&status=&language=&fields=&limit=&after=`."""
    asked = {key: request.query.get(key) for key in ("name", "status", "language", "category")}
    nodes = face.world.account.templates.nodes()
    rows = [
        only_fields(node, request)
        for node in nodes
        if all(value is None or node[key] == value for key, value in asked.items())
    ]
    summary = {
        "total_count": len(rows),
        "message_template_count": len(nodes),
        "message_template_limit": TEMPLATES_MAX,
        "are_translations_complete": True,
    }
    return page(rows, request, summary)


async def create_template(face: Face, request: web.Request) -> web.Response:
    """`POST /{waba}/message_templates`: PENDING, and decided on a moment later."""
    read = _read(await json_object(request))
    if isinstance(read, Refusal):
        return refuse(read)
    shelf = face.world.account.templates
    if shelf.get(read.name, read.language) is not None:
        return refuse(Refusal(100, "Content in this language already exists.", 2388024))
    template_id = shelf.put(read)
    _review(face, read)
    return answer({"id": str(template_id), "status": "PENDING", "category": read.category})


async def edit_template(face: Face, request: web.Request) -> web.Response:
    """`POST /{template id}`: new components; they are reviewed again."""
    template_id = request.match_info["object_id"]
    shelf = face.world.account.templates
    template = shelf.find(template_id)
    if template is None:
        return refuse(no_such_object(template_id))
    if template.status == "PENDING":
        return refuse(Refusal(100, "The template is in review.", 2388039))
    body = await json_object(request) or {}
    read = _read({"name": template.name, "language": template.language} | _known(template) | body)
    if isinstance(read, Refusal):
        return refuse(read)
    shelf.put(replace(read, name=template.name, language=template.language))
    _review(face, read)
    return answer({"success": True})


async def unpause_template(face: Face, request: web.Request) -> web.Response:
    """`POST /{template id}/unpause`, after a pacing pause."""
    template_id = request.match_info["object_id"]
    template = face.world.account.templates.find(template_id)
    if template is None:
        return refuse(no_such_object(template_id))
    if template.status != "PAUSED":
        return refuse(Refusal(100, "The template is not paused."))
    approved = SetTemplateStatus(template=template.name, language=template.language)
    face.world.inject(replace(approved, status="APPROVED"), face.now())
    face.pump.wake()
    return answer({"success": True})


async def delete_template(face: Face, request: web.Request) -> web.Response:
    """`DELETE /{waba}/message_templates?name=`: all its languages; with `hsm_id`, that one."""
    name, wanted = request.query.get("name"), request.query.get("hsm_id")
    if not name:
        return refuse(Refusal(100, "The parameter name is required."))
    shelf = face.world.account.templates
    one = shelf.find(wanted) if wanted else None
    if wanted and (one is None or one.name != name):
        return refuse(no_such_object(wanted))
    language = None if one is None else one.language
    if any(template.status == "DISABLED" for _, template in shelf.of(name, language)):
        return refuse(Refusal(100, "A disabled template cannot be deleted."))
    if not shelf.remove(name, language):
        return refuse(Refusal(100, f"Message template '{name}' was not found."))
    return answer({"success": True})


def _review(face: Face, template: SimulatedTemplate) -> None:
    wrong = _PROMISES.search(template.body or "") is not None
    decision = SetTemplateStatus(
        template=template.name,
        language=template.language,
        status="REJECTED" if wrong else "APPROVED",
        reason="SCAM" if wrong else "NONE",
    )
    face.world.account.plan(decision, face.now() + REVIEW_SECONDS)
    face.pump.wake()


def _known(template: SimulatedTemplate) -> dict[str, Any]:
    return {"category": template.category, "components": []}


def _read(body: dict[str, Any] | None) -> SimulatedTemplate | Refusal:
    if body is None:
        return Refusal(100, "The body must be a JSON object.")
    name, language = body.get("name"), body.get("language")
    category, components = body.get("category"), body.get("components")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return Refusal(100, "Param name must be lower case letters, digits and underscores.")
    if not isinstance(language, str) or not language:
        return Refusal(100, "The parameter language is required.")
    if not isinstance(category, str) or category.upper() not in CATEGORIES:
        return Refusal(100, f"Param category must be one of {', '.join(sorted(CATEGORIES))}.")
    if not isinstance(components, list):
        return Refusal(100, "The parameter components is required.")
    parts = [
        cast("dict[str, Any]", c) for c in cast("list[Any]", components) if isinstance(c, dict)
    ]
    by_type = {str(part.get("type", "")).upper(): part for part in parts}
    return SimulatedTemplate(
        name=name,
        language=language,
        status="PENDING",
        category=category.upper(),
        body=by_type.get("BODY", {}).get("text"),
        header=by_type.get("HEADER", {}).get("format"),
        header_text=str(by_type.get("HEADER", {}).get("text") or ""),
        footer=str(by_type.get("FOOTER", {}).get("text") or ""),
        buttons=tuple(
            str(button.get("text", "")) for button in by_type.get("BUTTONS", {}).get("buttons", [])
        ),
        examples=_examples(by_type.get("BODY", {})),
    )


def _examples(body: dict[str, Any]) -> tuple[str, ...]:
    rows = cast("list[list[Any]]", body.get("example", {}).get("body_text") or [[]])
    return tuple(str(word) for word in rows[0])
