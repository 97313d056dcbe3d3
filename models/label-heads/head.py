# The head: one hidden layer over standardised features, labels and styles out; and how it is trained.
import numpy as np
import torch
from torch import nn

# Tiles differ from one another in more than their blur.
MOST_STRAY = 1.
# Every row is a mixture of two, their targets too: of Beta(MIX, MIX), the larger part first.
MIX = .4


class Head(nn.Module):
    def __init__(self, mean, deviation, labels, styles, hidden=512, dropout=.3):
        super().__init__()
        self.register_buffer('mean', torch.tensor(mean))
        self.register_buffer('scale', torch.tensor(1 / deviation))
        self.drop_in = nn.Dropout(dropout)
        self.hidden = nn.Linear(len(mean), hidden)
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, labels + styles)
        self.labels = labels

    def forward(self, x):
        z = torch.clamp((x - self.mean) * self.scale, -6, 6)
        z = self.out(self.drop(nn.functional.hardswish(self.hidden(self.drop_in(z)))))
        return z[:, :self.labels], z[:, self.labels:]


def train_head(x, target, weight, style, row_weight, seed, epochs, strays, stray_of, hidden=512, dropout=.3, rate=1.5e-3):
    """
    target, weight: rows x labels; style: -1 where unknown; row_weight: how often a row is drawn; strays: by key, by how much
    features of pictures of that kind stray, of which one is added to a row whose `stray_of` is the key.
    """
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    x, target, weight, style = (torch.as_tensor(v) for v in (x, target, weight, style))
    mean, deviation = x.mean(0).numpy(), np.maximum(x.std(0).numpy(), 1e-3)
    head = Head(mean, deviation, target.shape[1], 4, hidden, dropout)
    # Labels start from how rare they are.
    with torch.no_grad():
        share = (target * weight).sum(0) / weight.sum(0).clamp(min=1)
        head.out.bias[:target.shape[1]] = torch.logit(share.clamp(1e-4, .9))
    optimizer = torch.optim.AdamW(head.parameters(), rate, weight_decay=.02)
    upto = np.cumsum(row_weight / row_weight.sum())
    batch, steps = 256, max(1, epochs * len(x) // 256)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=.1)
    average = {k: v.clone() for k, v in head.state_dict().items()}
    for step in range(steps):
        at = np.minimum(np.searchsorted(upto, random.random(batch)), len(x) - 1)
        batch_x = x[at]
        for key, stray in strays.items():
            of = np.flatnonzero(stray_of[at] == key)
            much = random.uniform(0, MOST_STRAY, (len(of), 1)).astype(np.float32)
            batch_x[of] += torch.as_tensor(much * stray[random.integers(0, len(stray), len(of))])
        part = torch.as_tensor(random.beta(MIX, MIX, (batch, 1)).astype(np.float32))
        part, other = torch.maximum(part, 1 - part), torch.as_tensor(random.permutation(batch))
        mixed = lambda rows: part * rows + (1 - part) * rows[other]
        labels, styles = head(mixed(batch_x))
        loss = (nn.functional.binary_cross_entropy_with_logits(labels, mixed(target[at]), reduction='none') * mixed(weight[at])).sum() / batch
        known = style[at] >= 0
        if known.any():
            loss = loss + nn.functional.cross_entropy(styles[known], style[at][known], label_smoothing=.02) * known.float().mean() * 2
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(head.parameters(), 5)
        optimizer.step()
        schedule.step()
        keep = min(.995, (step + 1) / (step + 10))
        for k, v in head.state_dict().items():
            average[k].mul_(keep).add_(v, alpha=1 - keep) if v.is_floating_point() else average[k].copy_(v)
    head.load_state_dict(average)
    return head.eval()


def predict(head, x):
    with torch.inference_mode():
        labels, styles = head(torch.as_tensor(x))
        return labels.numpy(), torch.softmax(styles, 1).numpy()
