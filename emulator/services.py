"""The services that are ours. Each package under `emulator/` that is named here has `create(cloud) -> Service`."""

from __future__ import annotations

from importlib import import_module

from emulator.service import Cloud, Service

PACKAGES = ("athena", "cloudwatch", "sagemaker")


def create_all(cloud: Cloud) -> dict[str, Service]:
    """Every service by its signing scope; not started yet."""
    services = [import_module(f"emulator.{package}").create(cloud) for package in PACKAGES]
    return {service.name: service for service in services}
