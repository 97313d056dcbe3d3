"""Training of the readouts on cached features, and their figures on pictures that they have not seen."""
import copy
import time

import numpy as np
import torch
from PIL import Image

from dataset import count_map, truth_map
from features import SIZES, TAPS
from readout import Readout, interest_of
from scores import auc_judd, cc, nss

BATCH = 16
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 0.05
WARM_UP = 0.08
CLIP = 2
EMA = 0.99
JUDGED_SIZE = SIZES[0]
# What is less counts as none.
LEAST_OBJECT = 0.01


class Truth:
    """Blurred truth and counts of every picture at every size, made once: [rows, height / 8, width / 8]."""

    def __init__(self, fixations, sizes=SIZES):
        self.rows = {index: row for row, index in enumerate(fixations.usable.tolist())}
        self.maps, self.counts = {}, {}
        for width, height in sizes:
            shape = height // 8, width // 8
            maps = np.zeros((len(self.rows), *shape), np.float32)
            counts = np.zeros_like(maps)
            for index in fixations.labelled:
                points = fixations.of(index)
                maps[self.rows[index]] = truth_map(points, *shape)
                counts[self.rows[index]] = count_map(points, *shape)
            self.maps[width, height], self.counts[width, height] = maps, counts


def loss_of(logits, truth, counts, nss_weight):
    """KL + (1 - CC) - weight * NSS, mean over the batch. Where counts are none (unlabelled), NSS is left out."""
    log_interest = torch.log_softmax(logits.flatten(1), 1)
    interest, truth, counts = log_interest.exp(), truth.flatten(1), counts.flatten(1)
    kl = (truth * ((truth + 1e-12).log() - log_interest)).sum(1)
    a, b = interest - interest.mean(1, keepdim=True), truth - truth.mean(1, keepdim=True)
    cc = (a * b).sum(1) / ((a ** 2).sum(1) * (b ** 2).sum(1) + 1e-24).sqrt()
    standard = a / (interest.std(1, keepdim=True) + 1e-12)
    nss = (standard * counts).sum(1) / counts.sum(1).clamp(min=1)
    return (kl + 1 - cc - nss_weight * nss).mean()


def objects_loss(logits, objects):
    """Mean square of the difference to the logarithm of the objects' probability."""
    return ((logits - (objects + LEAST_OBJECT).log()) ** 2).mean()


def statistics_of(features, rows):
    """Mean and deviation of every channel over the pictures, at the usual size."""
    taps = features.taps(np.sort(rows)[::4], JUDGED_SIZE, False)
    return [(torch.from_numpy(t.mean((0, 2, 3))), torch.from_numpy(t.std((0, 2, 3)) + 1e-3)) for t in taps]


def train_gaze(features, truth, rows, *, nss_weight, **recipe):
    """A member that says where people look: learns from the maps and counts of `truth`, by size."""
    def loss(logits, chosen, size, mirrored):
        target, counts = truth.maps[size][chosen], truth.counts[size][chosen]
        if mirrored:
            target, counts = target[..., ::-1].copy(), counts[..., ::-1].copy()
        return loss_of(logits, torch.from_numpy(target), torch.from_numpy(counts), nss_weight)
    return train(features, rows, loss, **recipe)


def train_objects(features, rows, **recipe):
    """A member that says how likely the trunk's head takes a place for the middle of an object, without running it."""
    def loss(logits, chosen, size, mirrored):
        return objects_loss(logits, torch.from_numpy(features.objects(chosen, size, mirrored)))
    return train(features, rows, loss, **recipe)


def train(features, rows, loss_of_batch, *, seed, epochs, width, detail, dropout, blur, sizes=SIZES, log=print):
    """A readout's running mean after `epochs`; `loss_of_batch(logits, rows, size, mirrored)`."""
    torch.manual_seed(seed)
    draw = np.random.default_rng(seed)
    net = Readout([count for count, _ in TAPS.values()], width, detail, dropout, blur).to(memory_format=torch.channels_last)
    net.standardise(statistics_of(features, rows))
    mean_net = copy.deepcopy(net).eval()
    decayed = [p for p in net.parameters() if p.ndim > 1 and p is not net.centre]
    plain = [p for p in net.parameters() if p.ndim <= 1 or p is net.centre]
    optimiser = torch.optim.AdamW([{'params': decayed, 'weight_decay': WEIGHT_DECAY}, {'params': plain, 'weight_decay': 0}], LEARNING_RATE)
    steps = epochs * (len(rows) // BATCH)
    warm = max(1, int(WARM_UP * steps))
    began, done = time.process_time(), 0
    for epoch in range(epochs):
        net.train()
        order, losses = draw.permutation(rows), []
        for start in range(0, len(order) - BATCH + 1, BATCH):
            chosen = np.sort(order[start:start + BATCH])
            size, mirrored = sizes[draw.integers(len(sizes))], bool(draw.integers(2))
            taps = [torch.from_numpy(values).contiguous(memory_format=torch.channels_last) for values in features.taps(chosen, size, mirrored)]
            rate = LEARNING_RATE * (done / warm if done < warm else (1 + np.cos(np.pi * (done - warm) / (steps - warm))) / 2)
            for group in optimiser.param_groups:
                group['lr'] = rate
            loss = loss_of_batch(net(taps), chosen, size, mirrored)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), CLIP)
            optimiser.step()
            done += 1
            keep = min(EMA, done / (done + 10))
            with torch.no_grad():
                for mean, value in zip(mean_net.state_dict().values(), net.state_dict().values()):
                    if mean.dtype.is_floating_point:
                        mean.lerp_(value, 1 - keep)
                    else:
                        mean.copy_(value)
            losses.append(loss.item())
        log(f'  epoch {epoch + 1}: loss {np.mean(losses):.4f}, {time.process_time() - began:.0f} CPU s', flush=True)
    return mean_net


def predict(members, features, rows, size):
    """[rows, height / 8, width / 8]: interest maps of sum 1, of the weighted sum of logits of `members` [(net, weight)]."""
    maps = []
    with torch.inference_mode():
        for start in range(0, len(rows), BATCH):
            taps = [torch.from_numpy(values) for values in features.taps(rows[start:start + BATCH], size, False)]
            maps.append(interest_of(sum(weight * net(taps) for net, weight in members)).numpy())
    return np.concatenate(maps)


def judge(maps, indices, fixations):
    """Mean NSS, AUC-Judd and CC at 256 x 256, by source."""
    found = {}
    for interest, index in zip(maps, indices):
        fine = np.asarray(Image.fromarray(interest).resize((256, 256), Image.Resampling.BICUBIC))
        points = fixations.of(index)
        counts = count_map(points, 256, 256)
        found.setdefault(int(fixations.src[index]), []).append((nss(fine, counts), auc_judd(fine, counts), cc(fine, truth_map(points, 256, 256))))
    return {source: np.mean(values, 0).round(3).tolist() for source, values in found.items()}
