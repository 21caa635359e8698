"""The control plane: what every operation and every job of SageMaker works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.sagemaker.images import Images
from emulator.sagemaker.store import Store
from emulator.service import Cloud

Params = dict[str, Any]
Result = Mapping[str, Any]


@dataclass(frozen=True)
class Plane:
    """The cloud around us, our store, our folder and the images that we can run."""

    cloud: Cloud
    store: Store
    folder: Path
    images: Images

    def now(self) -> float:
        """The emulator's time, epoch seconds to the millisecond."""
        return round(self.cloud.clock.now().timestamp(), 3)

    def arn(self, resource: str, name: str) -> str:
        """The ARN of a resource, by its type (e.g. "training-job") and name."""
        return f"arn:aws:sagemaker:{self.cloud.region}:{self.cloud.account}:{resource}/{name}"


def open_plane(cloud: Cloud) -> Plane:
    """The plane over a cloud's state folder."""
    folder = cloud.state.resolve() / "sagemaker"
    return Plane(cloud, Store(folder / "sagemaker.db"), folder, Images(folder))
