"""Our side of the Cloud API against the stand-in's: what one says, the other understands."""

from engine.domain.ids import AttemptId, DeliveryId, DeliveryKey, Phone, PhoneNumberId
from engine.domain.message import Recipient, TemplateMessage
from engine.domain.outcome import Accepted, Blame, Failure
from engine.simulator.world import SimulatedTemplate
from engine.whatsapp.cloud_api import CloudApi
from engine.whatsapp.graph import Graph
from engine.whatsapp.media import upload_media
from engine.whatsapp.numbers import list_numbers, read_number
from engine.whatsapp.signature import HEADER, is_signed
from engine.whatsapp.templates import list_templates
from engine.whatsapp.updates import StatusUpdate
from engine.whatsapp.webhooks import parse
from tests.simulator.cast import ASHA, ONE, SECRET, TOKEN, TWO, WABA
from tests.simulator.sockets import Stage, on_stage

SENDER = PhoneNumberId(ONE)
TRACKER = AttemptId(DeliveryId(7), 1).tracker(DeliveryKey("ab" * 32))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
TEMPLATES = [SimulatedTemplate(name="morning", language="hi", body="सुप्रभात {{1}}", header="IMAGE")]


def test_a_template_with_an_image_goes_out_and_its_receipts_come_back_signed() -> None:
    async def story(on: Stage) -> None:
        graph = Graph(api_url=on.simulator.url, token=lambda _: TOKEN, sandbox=True)
        media = await upload_media(graph, SENDER, PNG)
        assert isinstance(media, str)
        [template] = await _templates(graph)
        api = CloudApi(api_url=on.simulator.url, token=lambda _: TOKEN, sandbox=True)
        message = TemplateMessage(
            template=template, language="hi", parameters=("आशा",), header_image_id=media
        )

        outcome = await api.send(SENDER, Recipient(phone=Phone(ASHA)), message, TRACKER)

        assert isinstance(outcome, Accepted)
        await on.receiver.until(lambda receiver: bool(receiver.bodies))
        signature = {key.lower(): value for key, value in on.receiver.headers[0].items()}[HEADER]
        assert is_signed(on.receiver.bodies[0], signature, [SECRET])
        updates = parse(on.receiver.bodies[0])
        assert updates
        for update in updates:
            assert isinstance(update, StatusUpdate)
            assert (update.message_id, update.tracker) == (outcome.message_id, TRACKER)
            assert update.sender == SENDER
        await api.aclose()
        await graph.aclose()

    on_stage(story, templates=TEMPLATES)


async def _templates(graph: Graph) -> list[str]:
    templates = await list_templates(graph, WABA)
    assert not isinstance(templates, Failure)
    assert all(template.status == "APPROVED" for template in templates)
    return [template.name for template in templates]


def test_the_numbers_are_known_and_a_wrong_token_is_the_accounts_fault() -> None:
    async def story(on: Stage) -> None:
        graph = Graph(api_url=on.simulator.url, token=lambda _: TOKEN, sandbox=True)
        number = await read_number(graph, SENDER)
        assert not isinstance(number, Failure)
        assert (number.quality, number.status) == ("GREEN", "CONNECTED")
        numbers = await list_numbers(graph, WABA)
        assert not isinstance(numbers, Failure)
        assert [one.phone_number_id for one in numbers] == [ONE, TWO]
        await graph.aclose()

        stranger = CloudApi(api_url=on.simulator.url, token=lambda _: "wrong", sandbox=True)
        message = TemplateMessage(template="morning", language="hi")
        outcome = await stranger.send(SENDER, Recipient(phone=Phone(ASHA)), message, TRACKER)
        assert isinstance(outcome, Failure)
        assert (outcome.blame, outcome.code) == (Blame.ACCOUNT, 190)
        await stranger.aclose()

    on_stage(story, webhooks=False)
