"""Endless producer of training data: distorted lines through the frozen trunk, 256 lines a shard, oldest shards deleted.

    python make_shards.py TRUNK.onnx KEYS.txt HANDWRITING_FOLDER SHARD_FOLDER [--seed N] [--keep 80]

Recipe (shares of the sources and strength of the distortion) is read anew before each shard from SHARD_FOLDER/recipe.json:
{"handwriting": 0.4, "script": 0.1, "printed": 0.3, "squeezed": 0.2, "strength": 0.6}, so that it may be changed while this runs.
A shard is NAME.features.npy (float16 [all columns, COLUMN of net.py]) and NAME.json ({"columns": [...], "texts": [...], "kinds": [...]}).
"""

import argparse
import json
import os
import pathlib
import time

import numpy as np

import handwriting
from charset import Coder
from trunk import Trunk

SHARD = 256
MAX_COLUMNS = 300


class Sources:
    """Draws (RGB crop, text, kind) from the mix the recipe asks for."""

    def __init__(self, handwriting_folder):
        self.written = [line for line in handwriting.lines(handwriting_folder, held_out=False)]
        # Forms carry wrong labels (1 in 5), the consent sentence is everywhere: both are seen less often.
        self.weights = np.array([.35 if kind == 'form' else .3 if handwriting.CONSENT.search(text) else 1
                                 for _, text, kind in self.written])
        self.weights /= self.weights.sum()
        self.printed = None

    def draw(self, rng, recipe):
        kinds = [kind for kind in ('handwriting', 'script', 'printed', 'squeezed') if recipe.get(kind)]
        shares = np.array([recipe[kind] for kind in kinds], float)
        kind = kinds[rng.choice(len(kinds), p=shares / shares.sum())]
        strength = recipe['strength'] * rng.uniform(0, 1) ** .5
        if kind == 'handwriting':
            path, text, source = self.written[rng.choice(len(self.written), p=self.weights)]
            return handwriting.augment(handwriting.read(path), rng, strength), text, source
        if self.printed is None:
            from printed import Printer
            self.printed = Printer(held_out=False)
        # Only what is clean is read squeezed.
        image, text = self.printed.line(rng, strength / 2 if kind == 'squeezed' else strength, handwritten=kind == 'script', squeezed=kind == 'squeezed')
        return image, text, kind


def fits(columns, text, most=MAX_COLUMNS):
    """CTC needs a column a character and one more between equal neighbours."""
    return len(text) + sum(a == b for a, b in zip(text, text[1:])) <= columns <= most


def make(sources, trunk, coder, rng, recipe):
    features, rows = [], []
    while len(rows) < SHARD:
        image, text, kind = sources.draw(rng, recipe)
        if not coder.knows(text) or not fits(image.shape[1] // 4, text):
            continue
        feature = trunk.features(image).astype(np.float16)
        features.append(feature)
        rows.append((len(feature), text, kind))
    return np.concatenate(features), rows


class ShardMaker:
    """Makes one shard after another in a folder."""

    def __init__(self, trunk, keys, handwriting_folder, folder, seed, keep):
        self.sources, self.trunk, self.coder = Sources(handwriting_folder), Trunk(trunk, keys), Coder()
        self.folder, self.seed, self.keep = folder, seed, keep
        self.number = max([int(path.stem) for path in folder.glob('[0-9]*.json')], default=0)

    def make_next(self):
        """Writes the next shard by the recipe as it stands now, deletes the oldest beyond `keep`."""
        self.number += 1
        recipe = json.loads((self.folder / 'recipe.json').read_text())
        features, rows = make(self.sources, self.trunk, self.coder, np.random.default_rng([self.seed, self.number]), recipe)
        name = f'{self.number:06d}'
        np.save(self.folder / f'{name}.features.npy', features)
        columns, texts, kinds = (list(part) for part in zip(*rows))
        partial = self.folder / f'{name}.partial'
        partial.write_text(json.dumps({'columns': columns, 'texts': texts, 'kinds': kinds, 'recipe': recipe}), 'utf-8')
        os.replace(partial, self.folder / f'{name}.json')
        for path in sorted(self.folder.glob('[0-9]*.json'))[:-self.keep]:
            path.unlink()
            path.with_name(path.stem + '.features.npy').unlink(missing_ok=True)
        print(time.strftime('%H:%M:%S'), name, f'{time.process_time():.0f} CPU s', recipe, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('trunk')
    parser.add_argument('keys')
    parser.add_argument('handwriting')
    parser.add_argument('folder', type=pathlib.Path)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--keep', type=int, default=80)
    arguments = parser.parse_args()
    maker = ShardMaker(arguments.trunk, arguments.keys, arguments.handwriting, arguments.folder, arguments.seed, arguments.keep)
    while True:
        maker.make_next()


if __name__ == '__main__':
    main()
