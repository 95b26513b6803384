"""Alerts as the runtime starts them: who watches, and who tells."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from engine.workers.alerts import Watch, watch_alerts
from engine.workers.equipment import Equipment
from engine.workers.gauges import Gauge, SignsOfLife, Source
from engine.workers.notify import Post, tell_channels


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """What alerts are judged by beside the tables, and where their page is; empty: nowhere."""

    gauges: tuple[Gauge, ...] = ()
    sources: tuple[Source, ...] = ()
    link: str = ""


def ringing(
    equipment: Equipment, alarms: Alarms, ages: Callable[[], Mapping[str, float]]
) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
    """The workers by name. ages: how long each worker has been silent, in seconds."""
    watch = Watch(gauges=(*alarms.gauges, SignsOfLife(ages)), sources=alarms.sources)
    return [
        ("alerts", partial(watch_alerts, equipment, watch)),
        ("notify", partial(tell_channels, equipment, Post(link=alarms.link))),
    ]
