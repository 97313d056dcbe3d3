"""Character error rates, word recall and accents kept of a checkpoint, by set, beside v4's own.

    python evaluate.py CHECKPOINT.pt LINES.npz [--prior prior.bin --weight .4 --bonus 1.0] [--json OUT.json]

LINES.npz is of make_evaluation.py or make_validation.py. Error rate: edit distance over the truth's length, at most 1,
mean of the lines. Accents: of the truth's letters with accents, those that stand in the answer with the same accent
where the two align.
"""

import argparse
import difflib
import json
import unicodedata

import numpy as np
import torch

from charset import Coder, normalise
from decode import beam_search, best_path, edit_distance
from net import Reader
from prior import Prior


def accented(character):
    return unicodedata.normalize('NFD', character)[0] != character or character in 'œæøŒÆØß'


def accents_kept(truth, answer):
    """(kept, all) letters with accents."""
    total = sum(map(accented, truth))
    if not total:
        return 0, 0
    same = difflib.SequenceMatcher(None, truth, answer, autojunk=False).get_matching_blocks()
    return sum(accented(truth[block.a + i]) for block in same for i in range(block.size)), total


class Score:
    def __init__(self):
        self.rates, self.found, self.words, self.kept, self.accents = [], 0, 0, 0, 0

    def add(self, truth, answer):
        answer = normalise(answer)
        self.rates.append(min(1, edit_distance(truth, answer) / len(truth)))
        left = answer.split()
        for word in truth.split():
            self.words += 1
            if word in left:
                left.remove(word)
                self.found += 1
        kept, total = accents_kept(truth, answer)
        self.kept += kept
        self.accents += total

    def row(self):
        return {'lines': len(self.rates), 'cer': round(float(np.mean(self.rates)), 4), 'wordRecall': round(self.found / self.words, 3),
                'accents': self.accents, 'accentsKept': round(self.kept / self.accents, 3) if self.accents else None}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('checkpoint')
    parser.add_argument('lines')
    parser.add_argument('--prior')
    parser.add_argument('--weight', type=float, default=.4)
    parser.add_argument('--bonus', type=float, default=1.0)
    parser.add_argument('--json')
    parser.add_argument('--show', type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    coder, stored = Coder(), np.load(arguments.lines)
    weights = torch.load(arguments.checkpoint)
    reader = Reader(coder.classes).eval()
    reader.load_state_dict(weights.get('average', weights))
    prior = Prior(arguments.prior) if arguments.prior else None
    features, starts = stored['features'], np.concatenate(([0], np.cumsum(stored['columns'])))
    scores = {}
    for i, (truth, kind) in enumerate(zip(map(str, stored['texts']), map(str, stored['kinds']))):
        with torch.no_grad():
            logits = reader(torch.from_numpy(features[starts[i]:starts[i + 1]].astype(np.float32))[None])[0]
        answers = {'reader': coder.decode(best_path(logits.numpy()))}
        if 'v4' in stored:
            answers['v4'] = str(stored['v4'][i])
        if prior:
            answers['with prior'] = coder.decode(beam_search(logits.log_softmax(1).numpy(), prior, arguments.weight, arguments.bonus))
        if kind == 'receipts':
            # Their truth is in capitals whatever the paper shows.
            truth, answers = truth.upper(), {name: answer.upper() for name, answer in answers.items()}
        for name, answer in answers.items():
            for group in (kind, ' '.join(kind.split()[:2])):
                scores.setdefault(group, {}).setdefault(name, Score())
            for group in {kind, ' '.join(kind.split()[:2])}:
                scores[group][name].add(truth, answer)
        if arguments.show and i % arguments.show == 0:
            print(kind, repr(truth), answers)
    table = {kind: {name: score.row() for name, score in by_name.items()} for kind, by_name in sorted(scores.items())}
    for kind, by_name in table.items():
        for name, row in by_name.items():
            print(f'{kind:28} {name:11}', row)
    if arguments.json:
        with open(arguments.json, 'w') as file:
            json.dump(table, file, indent=1)


if __name__ == '__main__':
    main()
