"""A character n-gram prior of French and English text, for decoding: build, store, load.

    python prior.py CORPUS.json HANDWRITING_FOLDER OUT.bin

An interpolated Witten-Bell model in backing-off form. An n-gram is at most five classes of the charset (0 stands for the
line's beginning), written as one number in base 256, its last symbol in the lowest byte. File, little endian:
  "CPR1", uint8 order, then for each order n: uint32 count, count × n bytes (the n-grams, sorted, first symbol first),
  count bytes −log2 P(last | before) × 16, count bytes −log2 of the weight of backing off from this n-gram × 16.
"""

import collections
import json
import math
import pathlib
import struct
import sys

import numpy as np

import handwriting
from charset import Coder, normalise

ORDER = 5
LEAST = {1: 1, 2: 2, 3: 3, 4: 5, 5: 8}
LANGUAGES = {'fr': 1, 'en': 1}
STEP = 16
BEGIN = 0


def counted(corpus, handwriting_folder, coder):
    """Counts of the n-grams of every order; the handwritten lines' texts (training writers) count three times."""
    counts = [None] + [collections.Counter() for _ in range(ORDER)]
    texts = [(text, weight) for language, weight in LANGUAGES.items() for text in corpus[language]['paragraphs'][::2]]
    texts += [(word, 1) for language in LANGUAGES for word in corpus[language]['words'][::4]]
    texts += [(text, 3) for _, text, kind in handwriting.lines(handwriting_folder, held_out=False)
              if kind != 'form' and not handwriting.CONSENT.search(text)]
    for text, weight in texts:
        text = normalise(text)
        if not coder.knows(text):
            continue
        classes = (BEGIN,) * (ORDER - 1) + tuple(coder.encode(text))
        for n in range(1, ORDER + 1):
            for end in range(ORDER - 1, len(classes)):
                counts[n][classes[end - n + 1:end + 1]] += weight
    return counts


def estimate(counts, classes):
    """{n-gram: P(last | before)} and {n-gram as context: weight of backing off}, Witten-Bell."""
    probability = {}
    total = sum(counts[1].values())
    distinct = len(counts[1])
    floor = 1 / classes
    for gram, count in counts[1].items():
        probability[gram] = (count + distinct * floor) / (total + distinct)
    for symbol in range(1, classes):
        probability.setdefault((symbol,), distinct * floor / (total + distinct))
    backing_off = {}
    for n in range(2, ORDER + 1):
        followers, sums = collections.Counter(), collections.Counter()
        for gram, count in counts[n].items():
            followers[gram[:-1]] += 1
            sums[gram[:-1]] += count
        kept = {gram: count for gram, count in counts[n].items() if count >= LEAST[n]}
        given, lower = collections.Counter(), collections.Counter()
        for gram, count in kept.items():
            context = gram[:-1]
            shorter = lookup(probability, backing_off, gram[1:])
            p = (count + followers[context] * shorter) / (sums[context] + followers[context])
            probability[gram] = p
            given[context] += p
            lower[context] += shorter
        for context in given:
            backing_off[context] = max(1e-4, 1 - given[context]) / max(1e-4, 1 - lower[context])
    return probability, backing_off


def lookup(probability, backing_off, gram):
    """P(last | before), backing off to shorter contexts."""
    weight = 1.0
    while gram not in probability:
        weight *= backing_off.get(gram[:-1], 1.0)
        gram = gram[1:]
    return weight * probability[gram]


def store(path, probability, backing_off):
    by_order = [[] for _ in range(ORDER + 1)]
    for gram in probability:
        by_order[len(gram)].append(gram)
    # A context may have followers without being an n-gram itself, as the beginning of a line.
    for gram in backing_off:
        if gram not in probability:
            by_order[len(gram)].append(gram)
    parts = [b'CPR1', struct.pack('<B', ORDER)]
    for n in range(1, ORDER + 1):
        grams = sorted(by_order[n])
        parts.append(struct.pack('<I', len(grams)))
        parts.append(np.array(grams, np.uint8).tobytes())
        parts.append(bytes(quantised(probability.get(gram, 2 ** -15.9)) for gram in grams))
        parts.append(bytes(quantised(backing_off.get(gram, 1.0)) for gram in grams))
    pathlib.Path(path).write_bytes(b''.join(parts))


def quantised(p):
    return max(0, min(255, round(-math.log2(p) * STEP)))


class Prior:
    """A stored prior; log_probability(context, symbol) in nats."""

    def __init__(self, path):
        data = pathlib.Path(path).read_bytes()
        assert data[:4] == b'CPR1'
        self.order, at = data[4], 5
        self.table = {}
        for n in range(1, self.order + 1):
            count, = struct.unpack_from('<I', data, at)
            at += 4
            grams = np.frombuffer(data, np.uint8, count * n, at).reshape(count, n)
            at += count * n
            chances, weights = data[at:at + count], data[at + count:at + 2 * count]
            at += 2 * count
            for row, chance, weight in zip(grams.tolist(), chances, weights):
                self.table[tuple(row)] = (-chance / STEP * math.log(2), -weight / STEP * math.log(2))
        self.cache = {}

    def log_probability(self, context, symbol):
        """context: classes so far (any length), symbol: the next class."""
        key = (BEGIN,) * (self.order - 1 - len(context)) + tuple(context[-(self.order - 1):]) + (symbol,)
        found = self.cache.get(key)
        if found is None:
            found, gram = 0.0, key
            while gram not in self.table and len(gram) > 1:
                found += self.table.get(gram[:-1], (0, 0))[1]
                gram = gram[1:]
            found += self.table[gram][0]
            self.cache[key] = found
        return found


def main():
    coder = Coder()
    corpus = json.loads(pathlib.Path(sys.argv[1]).read_text('utf-8'))
    probability, backing_off = estimate(counted(corpus, sys.argv[2], coder), coder.classes)
    store(sys.argv[3], probability, backing_off)
    print(collections.Counter(map(len, probability)), pathlib.Path(sys.argv[3]).stat().st_size)


if __name__ == '__main__':
    main()
