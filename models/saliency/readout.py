"""The readout: from the trunk's features to where people look. In the manner of DeepGaze (Kuemmerer et al. 2016)."""
import math

import torch
import torch.nn.functional as F
from torch import nn

CENTRE_CELLS = 12


class Readout(nn.Module):
    """One member. forward(taps) -> [n, height / 8, width / 8]: logits; their softmax over the map is the interest map."""

    def __init__(self, channels, width, detail, dropout, blur):
        super().__init__()
        for tap, count in enumerate(channels):
            self.register_buffer(f'mean{tap}', torch.zeros(count))
            self.register_buffer(f'std{tap}', torch.ones(count))
        self.dropout = nn.Dropout2d(dropout)
        # All three taps meet at stride 16, where a depthwise 5 x 5 sees 80 pixels; stride 8 comes back in at the end.
        self.inputs = nn.ModuleList(nn.Conv2d(count, width, 1, bias=False) for count in channels)
        self.input_norm = nn.BatchNorm2d(width)
        self.context = nn.Conv2d(width, width, 5, padding=2, groups=width, bias=False)
        self.context_norm = nn.BatchNorm2d(width)
        self.mix = nn.Conv2d(width, width, 1, bias=False)
        self.mix_norm = nn.BatchNorm2d(width)
        self.gate = nn.Sequential(nn.Conv2d(width, 16, 1), nn.ReLU(), nn.Conv2d(16, width, 1))
        self.coarse = nn.Conv2d(width, detail, 1, bias=False)
        self.fine = nn.Conv2d(channels[0], detail, 1, bias=False)
        self.detail_norm = nn.BatchNorm2d(detail)
        self.narrow = nn.Conv2d(detail, 16, 1)
        self.last = nn.Conv2d(16, 1, 1)
        self.centre = nn.Parameter(torch.zeros(1, 1, CENTRE_CELLS, CENTRE_CELLS))
        radius = math.ceil(3 * blur)
        line = torch.exp(-torch.arange(-radius, radius + 1) ** 2 / (2 * blur ** 2))
        self.register_buffer('blur', (line / line.sum()).reshape(1, 1, -1, 1))

    def standardise(self, statistics):
        for tap, (mean, std) in enumerate(statistics):
            getattr(self, f'mean{tap}').copy_(mean)
            getattr(self, f'std{tap}').copy_(std)

    def forward(self, taps):
        fine, middle, deep = (self.dropout((values - getattr(self, f'mean{tap}')[:, None, None]) / getattr(self, f'std{tap}')[:, None, None])
                              for tap, values in enumerate(taps))
        of_fine, of_middle, of_deep = self.inputs
        x = of_middle(middle) + of_fine(F.avg_pool2d(fine, 2)) + resize(of_deep(deep), middle.shape[2:])
        x = F.relu(self.input_norm(x))
        x = F.relu(x + self.context_norm(self.context(x)))
        x = F.relu(self.mix_norm(self.mix(x)) + self.gate(x.mean((2, 3), keepdim=True)))
        x = F.relu(self.detail_norm(resize(self.coarse(x), fine.shape[2:]) + self.fine(fine)))
        logits = self.last(F.relu(self.narrow(x)))
        radius = self.blur.shape[2] // 2
        logits = F.conv2d(F.pad(logits, (0, 0, radius, radius), mode='replicate'), self.blur)
        logits = F.conv2d(F.pad(logits, (radius, radius, 0, 0), mode='replicate'), self.blur.transpose(2, 3))
        return (logits + resize(self.centre, fine.shape[2:])).squeeze(1)


def resize(values, size):
    return F.interpolate(values, size, mode='bilinear', align_corners=False)


def interest_of(logits):
    """Softmax over the map: [n, height, width], sum 1."""
    return torch.softmax(logits.flatten(1), 1).view_as(logits)
