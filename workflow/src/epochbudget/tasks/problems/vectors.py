"""Classification of vectors that are resident as they are."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from epochbudget.data.generators.vectors import Vectors
from epochbudget.tasks.problems.resident import Model, ResidentProblem


class VectorProblem(ResidentProblem):
    """Vectors, a model and cross entropy; nothing is random.

    Args:
        build: Makes a model on the CPU.
        vectors: Training and validation samples.
        batch_size: Samples per batch.
        device: Where everything stands.
    """

    def __init__(
        self,
        build: Callable[[], nn.Module],
        vectors: Vectors,
        batch_size: int,
        device: torch.device,
    ) -> None:
        sizes = len(vectors.train), len(vectors.validation)
        super().__init__(build, *sizes, batch_size, device)
        self.train = torch.from_numpy(vectors.train).to(device)
        self.train_labels = torch.from_numpy(vectors.train_labels).to(device)
        self.validation = torch.from_numpy(vectors.validation).to(device)
        self.validation_labels = torch.from_numpy(vectors.validation_labels).to(device)

    def train_loss(self, model: Model, *batch: Tensor) -> Tensor:
        """Mean loss of the training samples (B,) whose positions are the batch."""
        (index,) = batch
        return functional.cross_entropy(model(self.train[index]), self.train_labels[index])

    def validation_scores(self, model: Model, rows: slice) -> tuple[Tensor, Tensor]:
        """(losses (n,), whether each answer is correct (n,)) of the validation samples `rows`."""
        scores = model(self.validation[rows])
        labels = self.validation_labels[rows]
        losses = functional.cross_entropy(scores, labels, reduction="none")
        return losses, scores.argmax(dim=1) == labels
