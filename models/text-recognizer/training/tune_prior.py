"""Weight and bonus of the prior that read held-out handwriting best, on every `part`-th line.

    python tune_prior.py CHECKPOINT.pt VALIDATION.npz prior.bin [--part 3]
"""

import argparse
import itertools

import numpy as np
import torch

from charset import Coder
from decode import beam_search, best_path, edit_distance
from net import Reader
from prior import Prior

WEIGHTS, BONUSES = (.2, .35, .5), (0, .6, 1.2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('checkpoint')
    parser.add_argument('lines')
    parser.add_argument('prior')
    parser.add_argument('--part', type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    coder, stored, prior = Coder(), np.load(arguments.lines), Prior(arguments.prior)
    weights = torch.load(arguments.checkpoint)
    reader = Reader(coder.classes).eval()
    reader.load_state_dict(weights.get('average', weights))
    features, starts = stored['features'], np.concatenate(([0], np.cumsum(stored['columns'])))
    chosen = [i for i, kind in enumerate(map(str, stored['kinds'])) if kind in ('notebook', 'will')][::arguments.part]
    truths = [str(stored['texts'][i]) for i in chosen]
    with torch.no_grad():
        logs = [reader(torch.from_numpy(features[starts[i]:starts[i + 1]].astype(np.float32))[None])[0].log_softmax(1).numpy() for i in chosen]

    def mean(answers):
        return float(np.mean([min(1, edit_distance(truth, coder.decode(answer)) / len(truth)) for truth, answer in zip(truths, answers)]))

    print(len(chosen), 'lines, best path', round(mean(map(best_path, logs)), 4), flush=True)
    for weight, bonus in itertools.product(WEIGHTS, BONUSES):
        print(weight, bonus, round(mean(beam_search(log, prior, weight, bonus, beam=8) for log in logs), 4), flush=True)


if __name__ == '__main__':
    main()
