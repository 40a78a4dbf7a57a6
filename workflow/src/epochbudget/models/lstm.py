"""Encoder-decoder LSTM for the oscillator (paper: LSTM; label OSC_LSTM)."""

import torch
from torch import Tensor, nn

from epochbudget.models.layers.lstm_layer import pack
from epochbudget.models.layers.lstm_unrolled import EncoderDecoder, Pass, Tapes


class LSTM(nn.Module):
    """An encoder reads the history, an autoregressive decoder writes the horizon.

    The decoder starts from the encoder's last states, with zeros as its first input, and is then
    fed its own predictions; a linear head turns its hidden state into a prediction.

    `encoder`, `decoder` and `head` only hold the parameters: both networks are unrolled by hand,
    forward and backward, with fewer and better shaped matrix products. That changes no value
    beyond rounding: `LSTMReference` is the plain form.

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
        self._tapes = Tapes()

    def forward(self, history: Tensor) -> Tensor:
        """Predict (B, horizon, outputs) from `history` (B, steps, inputs)."""
        networks = (self.encoder, self.decoder)
        weights = [pack(*layer) for network in networks for layer in network.all_weights]
        head = torch.cat([self.head.weight, self.head.bias.unsqueeze(1)], dim=1).T.contiguous()
        run = Pass(self._tapes, self.horizon)
        predictions: Tensor = EncoderDecoder.apply(  # type: ignore[no-untyped-call]
            run, history, head, *weights
        )
        return predictions


class LSTMReference(LSTM):
    """The plain form: torch's LSTM, in the decoder one step at a time."""

    def forward(self, history: Tensor) -> Tensor:
        """As `LSTM.forward`."""
        _, state = self.encoder(history)
        value = history.new_zeros(len(history), 1, self.head.out_features)
        predictions = []
        for _ in range(self.horizon):
            hidden, state = self.decoder(value, state)
            value = self.head(hidden)
            predictions.append(value)
        return torch.cat(predictions, dim=1)
