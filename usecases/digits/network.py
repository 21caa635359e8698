"""A small convolutional network, fitted with PyTorch: imported by the training of digits alone, in its environment.

Two convolutions and two full layers, 63,000 weights (after LeCun et al., 1998). It is fitted on the pictures and moved
copies of them (`cumulet.core.augmentation`): another hand would have written the same digit a little elsewhere.
"""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from cumulet.core.augmentation import Augmentation
from usecases.digits.schema import CLASSES, SIDE

ALONE = threading.Lock()
"""Folds are fitted side by side, and PyTorch has one generator for first weights and one exporter in a process."""


@dataclass(kw_only=True)
class ConvNet:
    """An estimator in scikit-learn's manner: equal arguments give equal weights on one machine."""

    epochs: int = 6
    copies: int = 4
    """Moved copies of every picture."""
    batch: int = 128
    learning_rate: float = 6e-3
    seed: int = 7

    def fit(self, matrix: NDArray[np.float32], y: NDArray[np.float64]) -> ConvNet:
        """Fit on pictures (n, 784) and the indices of their classes (n,), on one thread."""
        torch.set_num_threads(1)
        moves = Augmentation(shift=2, rotate=12, scale=0.1, elastic=1)
        pictures, digits = moves.copies(matrix.reshape(-1, SIDE, SIDE), y.astype(np.int64), self.copies, self.seed)
        inputs = torch.tensor(pictures.reshape(-1, SIDE * SIDE), dtype=torch.float32)
        labels = torch.tensor(digits)
        with ALONE:
            torch.manual_seed(self.seed)
            self.network = layers()
        self._descend(inputs, labels)
        self.network.eval()
        return self

    def predict_proba(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities (n, 10)."""
        with torch.inference_mode():
            return np.asarray(self.network(torch.tensor(matrix)).softmax(dim=1).numpy(), np.float64)

    def to_onnx(self, width: int) -> bytes:
        """The model file: `features` (n, width) to `probabilities` (n, 10)."""
        out = io.BytesIO()
        with ALONE:
            torch.onnx.export(
                nn.Sequential(self.network, nn.Softmax(dim=1)),
                (torch.zeros(1, width),),
                out,
                input_names=["features"],
                output_names=["probabilities"],
                dynamic_axes={"features": {0: "n"}, "probabilities": {0: "n"}},
                opset_version=17,
                dynamo=False,
            )
        return out.getvalue()

    def _descend(self, inputs: Any, labels: Any) -> None:
        """AdamW with one cycle of the learning rate (Smith, Topin, 2018, Super-convergence)."""
        shuffled = torch.Generator().manual_seed(self.seed)
        optimiser = torch.optim.AdamW(self.network.parameters(), lr=self.learning_rate, weight_decay=0.01)
        steps = self.epochs * -(-len(labels) // self.batch)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, self.learning_rate, total_steps=steps)
        loss = nn.CrossEntropyLoss()
        for _ in range(self.epochs):
            for rows in torch.randperm(len(labels), generator=shuffled).split(self.batch):
                optimiser.zero_grad()
                loss(self.network(inputs[rows]), labels[rows]).backward()
                optimiser.step()
                schedule.step()


def layers() -> nn.Sequential:
    """Pictures (n, 784) to a score for each class (n, 10)."""
    return nn.Sequential(
        nn.Unflatten(1, (1, SIDE, SIDE)),
        *(nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),  # 16 × 12 × 12
        *(nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2)),  # 32 × 4 × 4
        *(nn.Flatten(), nn.Linear(32 * 4 * 4, 96), nn.ReLU(), nn.Linear(96, len(CLASSES))),
    )
