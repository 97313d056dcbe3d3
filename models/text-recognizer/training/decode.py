"""From class probabilities to text: the best path, and a beam search with a character n-gram prior."""

import numpy as np

from charset import BLANK


def best_path(logits):
    """Classes of the greedy CTC answer of [T, classes]."""
    path = logits.argmax(1)
    return [int(c) for i, c in enumerate(path) if c != BLANK and (i == 0 or path[i - 1] != c)]


def edit_distance(a, b):
    """Levenshtein distance of two strings."""
    if not a or not b:
        return len(a) + len(b)
    codes = np.array([ord(c) for c in b])
    steps = np.arange(len(b) + 1)
    row = steps.copy()
    for i, c in enumerate(a):
        new = np.minimum(row[1:] + 1, row[:-1] + (codes != ord(c)))
        new = np.concatenate(([i + 1], new))
        row = np.minimum.accumulate(new - steps) + steps
    return int(row[-1])


def beam_search(log_probabilities, prior, weight, bonus, beam=12, least=-7.0):
    """The classes of the best prefix under log P(net) + weight × log P(prior) + bonus × length.

    log_probabilities: [T, classes], natural logarithms. `least`: symbols of a column below it are not tried.
    """
    # prefix -> [log P of paths that end in blank, … in its last symbol, prior's and bonus' share]
    beams = {(): [0.0, -np.inf, 0.0]}
    for column in log_probabilities:
        blank = float(column[BLANK])
        tried = [(int(c), float(column[c])) for c in np.flatnonzero(column > least) if c != BLANK]
        new = {}

        def add(prefix, index, value, shared):
            entry = new.setdefault(prefix, [-np.inf, -np.inf, shared])
            entry[index] = float(np.logaddexp(entry[index], value))

        for prefix, (ends_blank, ends_symbol, shared) in beams.items():
            total = np.logaddexp(ends_blank, ends_symbol)
            add(prefix, 0, total + blank, shared)
            for symbol, chance in tried:
                same = bool(prefix) and symbol == prefix[-1]
                if same:
                    add(prefix, 1, ends_symbol + chance, shared)
                start = ends_blank if same else total
                if start == -np.inf:
                    continue
                longer = prefix + (symbol,)
                known = new.get(longer)
                share = known[2] if known else shared + weight * prior.log_probability(prefix, symbol) + bonus
                add(longer, 1, start + chance, share)
        ranked = sorted(new.items(), key=lambda item: -(np.logaddexp(item[1][0], item[1][1]) + item[1][2]))
        beams = dict(ranked[:beam])
    return list(max(beams.items(), key=lambda item: np.logaddexp(item[1][0], item[1][1]) + item[1][2])[0])
