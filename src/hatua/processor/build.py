"""Puts a processor together."""

from collections.abc import Callable

from hatua.base.clock import Clock, system_clock
from hatua.base.id_hashes import IdHasher
from hatua.base.settings import Secret
from hatua.processor.enrichment import Enrichment
from hatua.processor.erased import Erased, Erasures
from hatua.processor.handshakes import Handshakes
from hatua.processor.journey import steps_of_one_event
from hatua.processor.projects import Projects
from hatua.processor.sessions import Sessions
from hatua.processor.settings import ProcessorSettings
from hatua.processor.steps.put_geo import GeoReader
from hatua.processor.steps.put_privacy import PhoneHasher
from hatua.processor.steps.put_user_agent import AgentReader
from hatua.processor.worker import Processor
from hatua.registry.model import ProjectAccess
from hatua.streams.port import LogReader
from hatua.warehouse.client import Warehouse
from hatua.warehouse.erasing import Erasing
from hatua.warehouse.writer import EventWriter


def make_processor(
    reader: LogReader,
    warehouse: Warehouse,
    find_project: Callable[[str], ProjectAccess | None],
    *,
    settings: ProcessorSettings,
    pepper: Secret,
    erasures: Erasures | None = None,
    clock: Clock = system_clock,
    geo: GeoReader | None = None,
) -> Processor:
    """A processor that is ready to run in a thread of its own. `find_project`: `Registry.project`; `pepper`: the
    installation's secret, not empty; `erasures`: the registry, or None where nobody is ever erased; `geo`:
    instead of the files that the settings name. Raises InvalidSetting when the GeoIP data cannot be opened. Takes
    0.2 s."""
    enrichment = make_enrichment(warehouse, find_project, settings=settings, pepper=pepper, clock=clock, geo=geo)
    erased = Erased(erasures, IdHasher(pepper), Erasing(warehouse)) if erasures is not None else None
    return Processor(reader, EventWriter(warehouse), enrichment, settings, clock, erased=erased)


def make_enrichment(
    warehouse: Warehouse,
    find_project: Callable[[str], ProjectAccess | None],
    *,
    settings: ProcessorSettings,
    pepper: Secret,
    clock: Clock,
    agents: AgentReader | None = None,
    geo: GeoReader | None = None,
) -> Enrichment:
    """All steps of one processor, with their data; arguments as for `make_processor`. `agents` may be shared by
    processors of one process."""
    geo = geo or GeoReader.open(settings.maxmind_db_path)
    return Enrichment(
        steps=steps_of_one_event(geo, agents or AgentReader(), PhoneHasher(pepper)),
        projects=Projects(find_project, clock),
        sessions=Sessions(warehouse),
        handshakes=Handshakes(warehouse, settings.handshake_expiry_ms),
        clock=clock,
    )
