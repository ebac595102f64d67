"""Builds the privacy room from open stores."""

from pathlib import Path

from hatua.base.id_hashes import IdHasher, is_phone
from hatua.cli.settings import Settings
from hatua.cli.stores import installation_secret
from hatua.privacy.people import People
from hatua.processor.steps.put_privacy import PhoneHasher
from hatua.registry.store import Registry
from hatua.streams.port import LogAdmin
from hatua.warehouse.client import Warehouse


def people(settings: Settings, data: Path, warehouse: Warehouse, admin: LogAdmin, registry: Registry) -> People:
    """Find, export and erase, with this installation's secret."""
    secret = installation_secret(settings, data)
    phones = PhoneHasher(secret)
    return People(
        warehouse,
        admin,
        registry,
        IdHasher(secret),
        hash_phone=lambda asked: phones.hash(asked) if is_phone(asked) else "",
    )
