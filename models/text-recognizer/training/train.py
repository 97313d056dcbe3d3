"""Trains the reader on the shards that make_shards.py writes. Resumes from its checkpoint; runs until it is stopped.

    python train.py SHARD_FOLDER VALIDATION.npz RUN_FOLDER [--start WEIGHTS.pt] [--make TRUNK.onnx KEYS.txt HANDWRITING_FOLDER] [--seed N]

With --make it needs no second process: whenever it has seen all shards three times it makes another one itself.

RUN_FOLDER/control.json is read anew for each shard: {"rate": 0.002}. Every five minutes the state goes to
RUN_FOLDER/checkpoint.pt and the mean character error rate of the averaged weights, by set, to RUN_FOLDER/log.jsonl.
"""

import argparse
import copy
import json
import os
import pathlib
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from charset import BLANK, Coder
from decode import best_path, edit_distance
from make_shards import ShardMaker
from net import CONTEXT, TAP, Reader

BATCH = 16
WARM_UP = 50
EVERY = 300
AVERAGE = .998
REUSE = 3


def collate(lines):
    """[(features [T, 1560], text)] to columns, mask and lengths."""
    longest = max(len(features) for features, _ in lines)
    columns = np.zeros((len(lines), longest, lines[0][0].shape[1]), np.float32)
    mask = np.zeros((len(lines), longest, 1), np.float32)
    for i, (features, _) in enumerate(lines):
        columns[i, :len(features)], mask[i, :len(features)] = features, 1
    return torch.from_numpy(columns), torch.from_numpy(mask), torch.tensor([len(features) for features, _ in lines])


def hide(columns, rng):
    """Blanks out short spans of columns, so that the net learns to read from what stands around them."""
    for i in range(len(columns)):
        for _ in range(rng.integers(0, 3)):
            start, width = rng.integers(0, columns.shape[1]), rng.integers(1, 5)
            columns[i, start:start + width, :TAP + CONTEXT] = 0


def batches(shard, rng):
    """The shard's lines, 16 of about one length together, in random order."""
    meta = json.loads(shard.read_text('utf-8'))
    features = np.load(shard.with_name(shard.stem + '.features.npy'), mmap_mode='r')
    starts = np.concatenate(([0], np.cumsum(meta['columns'])))
    order = sorted(range(len(meta['texts'])), key=lambda i: meta['columns'][i] + rng.uniform(0, 12))
    groups = [order[i:i + BATCH] for i in range(0, len(order), BATCH)]
    for index in rng.permutation(len(groups)):
        yield [(features[starts[i]:starts[i + 1]], meta['texts'][i]) for i in groups[index]]


def next_shard(folder, seen, rng, maker):
    """The shard least often seen; among equals a random one. With a maker no shard is seen more than REUSE times."""
    while True:
        names = sorted(folder.glob('[0-9]*.json'))
        least = min((seen.get(path.stem, 0) for path in names), default=REUSE)
        if maker is not None and least >= REUSE:
            maker.make_next()
            continue
        if names:
            chosen = names[rng.choice([i for i, path in enumerate(names) if seen.get(path.stem, 0) == least])]
            seen[chosen.stem] = seen.get(chosen.stem, 0) + 1
            return chosen
        time.sleep(5)


def loss_of(logits, lengths, coder, texts):
    targets = torch.tensor([c for text in texts for c in coder.encode(text)])
    target_lengths = torch.tensor([len(text) for text in texts])
    return functional.ctc_loss(logits.permute(1, 0, 2).log_softmax(2), targets, lengths, target_lengths,
                               blank=BLANK, zero_infinity=True)


class Validation:
    """Features of held-out lines: npz with features, columns, texts, kinds."""

    def __init__(self, path):
        stored = np.load(path)
        self.starts = np.concatenate(([0], np.cumsum(stored['columns'])))
        self.features, self.texts, self.kinds = stored['features'], stored['texts'], stored['kinds']

    @torch.no_grad()
    def error_rates(self, net, coder, part=1):
        """Mean character error rate by kind, of every `part`-th line."""
        net.eval()
        rates = {}
        chosen = sorted(range(0, len(self.texts), part), key=lambda i: self.starts[i + 1] - self.starts[i])
        for at in range(0, len(chosen), BATCH):
            group = chosen[at:at + BATCH]
            lines = [(self.features[self.starts[i]:self.starts[i + 1]], str(self.texts[i])) for i in group]
            columns, mask, lengths = collate(lines)
            logits = net(columns, mask).numpy()
            for row, i in enumerate(group):
                read = coder.decode(best_path(logits[row, :lengths[row]]))
                truth = str(self.texts[i])
                rates.setdefault(str(self.kinds[i]), []).append(min(1, edit_distance(truth, read) / len(truth)))
        return {kind: round(float(np.mean(values)), 4) for kind, values in sorted(rates.items())}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('shards', type=pathlib.Path)
    parser.add_argument('validation', type=pathlib.Path)
    parser.add_argument('run', type=pathlib.Path)
    parser.add_argument('--start', type=pathlib.Path)
    parser.add_argument('--make', nargs=3)
    parser.add_argument('--seed', type=int, default=1, help='of the shards that are made')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(6)
    rng = np.random.default_rng()
    coder = Coder()
    validation = Validation(arguments.validation)
    net = Reader(coder.classes)
    optimizer = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=.01, betas=(.9, .98))
    state = {'lines': 0, 'steps': 0, 'seconds': 0.0}
    checkpoint = arguments.run / 'checkpoint.pt'
    if checkpoint.exists():
        stored = torch.load(checkpoint)
        net.load_state_dict(stored['net'])
        optimizer.load_state_dict(stored['optimizer'])
        state, average_weights = stored['state'], stored['average']
    elif arguments.start:
        average_weights = torch.load(arguments.start)
        net.load_state_dict(average_weights)
    else:
        average_weights = net.state_dict()
    average = copy.deepcopy(net)
    average.load_state_dict(average_weights)
    maker = ShardMaker(*arguments.make, arguments.shards, seed=arguments.seed, keep=80) if arguments.make else None
    seen, saved, cpu = {}, time.time(), time.process_time()
    losses = []
    while True:
        rate = json.loads((arguments.run / 'control.json').read_text())['rate']
        for lines in batches(next_shard(arguments.shards, seen, rng, maker), rng):
            for group in optimizer.param_groups:
                group['lr'] = rate * min(1, (state['steps'] + 1) / WARM_UP)
            columns, mask, lengths = collate(lines)
            if rate and state['steps'] > WARM_UP:
                hide(columns, rng)
            texts = [text for _, text in lines]
            net.train()
            loss = loss_of(net(columns, mask), lengths, coder, texts)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            optimizer.step()
            state['steps'] += 1
            state['lines'] += len(lines)
            keep = min(AVERAGE, state['steps'] / (state['steps'] + 30))
            with torch.no_grad():
                for ours, theirs in zip(average.parameters(), net.parameters()):
                    ours.lerp_(theirs, 1 - keep)
            losses.append(float(loss.detach()))
            if time.time() - saved > EVERY:
                state['seconds'] += time.process_time() - cpu
                rates = validation.error_rates(average, coder, part=3)
                row = {'time': time.strftime('%H:%M:%S'), **{k: round(v) for k, v in state.items()}, 'rate': rate,
                       'loss': round(float(np.mean(losses)), 3), 'cer': rates}
                with open(arguments.run / 'log.jsonl', 'a') as log:
                    log.write(json.dumps(row) + '\n')
                torch.save({'net': net.state_dict(), 'average': average.state_dict(), 'optimizer': optimizer.state_dict(),
                            'state': state}, checkpoint.with_suffix('.partial'))
                os.replace(checkpoint.with_suffix('.partial'), checkpoint)
                saved, cpu, losses = time.time(), time.process_time(), []


if __name__ == '__main__':
    main()
