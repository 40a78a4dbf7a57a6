"""Encoder-decoder LSTM for the oscillator (paper: LSTM; label OSC_LSTM)."""

import torch
from torch import Tensor, nn


class LSTM(nn.Module):
    """An encoder reads the history, an autoregressive decoder writes the horizon.

    The decoder starts from the encoder's last states, with zeros as its first input, and is then
    fed its own predictions; a linear head turns its hidden state into a prediction.

    Args:
        inputs: Features of the history.
        outputs: Features of the prediction, hence of the decoder's input.
        horizon: Steps to predict.
        hidden: Hidden units of every layer of both networks.
        layers: Layers of both networks.
    """

    def __init__(
        self,
        inputs: int = 1,
        outputs: int = 1,
        horizon: int = 50,
        hidden: int = 128,
        layers: int = 3,
    ) -> None:
        super().__init__()
        self.horizon = horizon
        self.encoder = nn.LSTM(inputs, hidden, layers, batch_first=True)
        self.decoder = nn.LSTM(outputs, hidden, layers, batch_first=True)
        self.head = nn.Linear(hidden, outputs)

    def forward(self, history: Tensor) -> Tensor:
        """Predict (B, horizon, outputs) from `history` (B, steps, inputs)."""
        _, state = self.encoder(history)
        value = history.new_zeros(len(history), 1, self.head.out_features)
        predictions = []
        for _ in range(self.horizon):
            hidden, state = self.decoder(value, state)
            value = self.head(hidden)
            predictions.append(value)
        return torch.cat(predictions, dim=1)
