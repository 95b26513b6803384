"""A Cloud API client that others wrote uses the stand-in unchanged: pywa, told another address."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

import httpx
import pytest
from pywa import errors
from pywa.client import WhatsApp
from pywa.types.templates import BodyText, HeaderImage, TemplateLanguage, TemplateStatus

from engine.simulator.world import SimulatedTemplate
from tests.simulator.cast import ASHA, ONE, TOKEN, WABA
from tests.simulator.sockets import Stage, on_stage

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
TEMPLATES = [SimulatedTemplate(name="morning", language="hi", body="सुप्रभात {{1}}", header="IMAGE")]


def with_pywa(
    use: Callable[[WhatsApp], None], *, token: str = TOKEN
) -> Callable[[Stage], Awaitable[None]]:
    """The story of a blocking client in its own thread, beside the loop that serves it."""

    async def story(on: Stage) -> None:
        def run() -> None:
            with httpx.Client() as session:
                client = WhatsApp(phone_id=ONE, token=token, session=session, waba_id=WABA)
                # The session is the caller's own, so is its address: pywa only proposes Meta's.
                session.base_url = f"{on.simulator.url}/v23.0"
                use(client)

        await asyncio.to_thread(run)
        if token == TOKEN:
            await on.receiver.until(lambda r: len(r.statuses()) >= 3)
            assert on.receiver.signed(0)

    return story


def test_pywa_sends_text() -> None:
    def use(client: WhatsApp) -> None:
        sent = client.send_message(to=ASHA[1:], text="नमस्ते", tracker="dc.1.1.a")
        assert sent.id.startswith("wamid.")

    on_stage(with_pywa(use))


def test_pywa_sends_a_template_with_a_header_image_and_a_word() -> None:
    def use(client: WhatsApp) -> None:
        media = client.upload_media(PNG, mime_type="image/png", filename="sun.png")
        sent = client.send_template(
            to=ASHA[1:],
            name="morning",
            language=TemplateLanguage.HINDI,
            params=[
                HeaderImage.params(image=media.id),
                BodyText.params("आशा"),  # pyright: ignore[reportArgumentType]: its own example
            ],
        )
        assert sent.id.startswith("wamid.")

    on_stage(with_pywa(use), templates=TEMPLATES)


def test_pywa_uploads_sends_and_fetches_an_image() -> None:
    def use(client: WhatsApp) -> None:
        media = client.upload_media(PNG, mime_type="image/png", filename="sun.png")
        sent = client.send_image(to=ASHA[1:], image=media, caption="Good morning")
        assert sent.id.startswith("wamid.")
        described = client.get_media_url(media.id)
        assert described.sha256 == hashlib.sha256(PNG).hexdigest()
        assert client.get_media_bytes(described.url) == PNG

    on_stage(with_pywa(use))


def test_pywa_reads_a_refusal_as_metas() -> None:
    def use(client: WhatsApp) -> None:
        with pytest.raises(errors.WhatsAppError) as refused:
            client.send_message(to=ASHA[1:], text="hello")
        assert refused.value.code == 190

    on_stage(with_pywa(use, token="stolen"))


def test_pywa_reads_our_numbers_and_templates() -> None:
    def use(client: WhatsApp) -> None:
        number = client.get_business_phone_number()
        assert number.id == ONE
        (listed,) = list(client.get_templates())
        assert (listed.name, listed.status) == ("morning", TemplateStatus.APPROVED)
        client.send_message(to=ASHA[1:], text="done")

    on_stage(with_pywa(use), templates=TEMPLATES)
