"""From how much probability on a space should stand between two letters of the best path, on held-out lines.

    python tune_spaces.py CHECKPOINT.pt VALIDATION.npz

The rule: a space stands between two characters where its probabilities, over the steps from one to the other, add up to
the threshold.
"""

import sys

import numpy as np
import torch

from charset import BLANK, Coder
from decode import edit_distance
from net import Reader

THRESHOLDS = (.1, .2, .3, .4, .5, .7, 1.0)


def with_spaces(probabilities, space, threshold):
    """Classes of the best path, spaces by the rule."""
    shares = probabilities[:, space]
    others = probabilities.copy()
    others[:, space] = 0
    path = others.argmax(1)
    # A column in which the space is strongest writes no letter.
    path[shares > others.max(1)] = BLANK
    written, since, last = [], 0, BLANK
    for i, c in enumerate(path):
        if c != BLANK and c != last:
            if written and shares[since:i].sum() >= threshold:
                written.append(space)
            written.append(int(c))
            since = i + 1
        last = c
    return written


def main():
    torch.set_num_threads(1)
    coder, stored = Coder(), np.load(sys.argv[2])
    weights = torch.load(sys.argv[1])
    reader = Reader(coder.classes).eval()
    reader.load_state_dict(weights.get('average', weights))
    features, starts = stored['features'], np.concatenate(([0], np.cumsum(stored['columns'])))
    rates = {}
    for i, kind in enumerate(map(str, stored['kinds'])):
        if kind == 'form':
            continue
        with torch.no_grad():
            columns = torch.from_numpy(features[starts[i]:starts[i + 1]].astype(np.float32))[None]
            probabilities = reader(columns)[0].softmax(1).numpy()
        truth = str(stored['texts'][i])
        for threshold in THRESHOLDS:
            read = coder.decode(with_spaces(probabilities, coder.class_of[' '], threshold))
            rates.setdefault((kind, threshold), []).append(min(1, edit_distance(truth, read) / len(truth)))
    for (kind, threshold), values in sorted(rates.items()):
        print(kind, threshold, round(float(np.mean(values)), 4))


if __name__ == '__main__':
    main()
