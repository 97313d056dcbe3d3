"""The reader: gated convolutions along the line that correct v4's answer by what its trunk saw. Fully convolutional, CTC."""

import torch
from torch import nn
from torch.nn import functional

TAP = 1440
CONTEXT = 120
WIDTH = 192
KERNELS = (5, 9, 13, 17, 21)
# Below this v4's probability of a class says nothing.
LEAST = 1e-4


class GatedBlock(nn.Module):
    """Looks `kernel` columns around, channel by channel, then mixes the channels behind a gate; residual."""

    def __init__(self, width, kernel, dropout):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.look = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.mix = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask):
        y = self.norm(x)
        if mask is not None:
            y = y * mask
        y = self.look(y.transpose(1, 2)).transpose(1, 2)
        value, gate = self.mix(y).chunk(2, 2)
        return x + self.dropout(self.out(value * torch.sigmoid(gate)))


class Reader(nn.Module):
    """Columns [batch, T, 1440 + 120 + classes] (trunk.Trunk.features) to logits [batch, T, classes]; T is the width / 4.

    The logits start as the logarithm of v4's own answer, and the net learns what to add.
    """

    def __init__(self, classes, width=WIDTH, kernels=KERNELS, dropout=.1):
        super().__init__()
        self.parts = (TAP, CONTEXT, classes)
        self.project = nn.Linear(TAP + CONTEXT, width)
        self.blocks = nn.ModuleList(GatedBlock(width, kernel, dropout) for kernel in kernels)
        self.norm_out = nn.LayerNorm(width)
        self.classify = nn.Linear(width, classes)
        self.trust = nn.Parameter(torch.ones(classes))
        nn.init.zeros_(self.classify.weight)
        nn.init.zeros_(self.classify.bias)

    def forward(self, columns, mask=None):
        """mask: float [batch, T, 1], 0 where a shorter line of the batch has ended; None where all are equally long."""
        tap, context, answer = columns.split(self.parts, 2)
        seen = torch.cat((functional.layer_norm(tap, (TAP,)), functional.layer_norm(context, (CONTEXT,))), 2)
        x = functional.silu(self.project(seen))
        for block in self.blocks:
            x = block(x, mask)
        return self.classify(self.norm_out(x)) + self.trust * answer.clamp(LEAST, 1).log()
