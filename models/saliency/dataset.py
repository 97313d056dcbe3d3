"""Pictures and fixations of saliency-fixations.tar, and the truth maps that are learnt from.

The archive: NNN.avif are mosaics of 50 tiles of 256 x 256 (pictures squashed to a square), fix.npz holds the fixations
(x and y as shares of the sides, number of the person), the source (OSIE, SUN-500, EToCVD) and the split of each picture.
"""
import io
import json
import tarfile

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

OSIE, SUN, ETOCVD = 0, 1, 2
TRAIN, EVALUATION, UNLABELLED = 0, 1, 2
# Of the side: about one degree of sight in OSIE, whose own maps are blurred so.
TRUTH_SIGMA = 0.03
# Kept apart of each source, in choosing hyper-parameters: (OSIE, SUN-500, EToCVD).
HELD_OUT = (100, 60, 0)


class Fixations:
    """All that fix.npz says. The pictures of the split EVALUATION are never handed out."""

    def __init__(self, archive):
        self.archive = archive
        with tarfile.open(archive) as tar:
            self.meta = json.load(tar.extractfile('meta.json'))
            with np.load(io.BytesIO(tar.extractfile('fix.npz').read())) as table:
                self.fix = table['fix'].astype(np.float32)
                self.off, self.src, self.split = table['off'], table['src'], table['split']
        self.usable = np.flatnonzero(self.split != EVALUATION)
        self.labelled = np.flatnonzero(self.split == TRAIN)

    def of(self, index):
        """[n, 2]: x and y in 0..1 of all fixations on a picture."""
        return self.fix[self.off[index]:self.off[index + 1], :2]

    def pictures(self):
        """Yields (index, [256, 256, 3] bytes) of every usable picture."""
        usable = set(self.usable.tolist())
        tile, cols = self.meta['tile'], self.meta['cols']
        with tarfile.open(self.archive) as tar:
            for name in sorted(name for name in tar.getnames() if name.endswith('.avif')):
                mosaic = np.asarray(Image.open(io.BytesIO(tar.extractfile(name).read())).convert('RGB'))
                for k in range(50):
                    index = int(name[:3]) * 50 + k
                    if index in usable:
                        y, x = k // cols * tile, k % cols * tile
                        yield index, mosaic[y:y + tile, x:x + tile]

    def partition(self, seed):
        """The labelled pictures as (to learn from, held out), the latter HELD_OUT of each source."""
        draw = np.random.default_rng(seed)
        held = np.concatenate([draw.permutation(self.labelled[self.src[self.labelled] == source])[:count]
                               for source, count in enumerate(HELD_OUT)])
        return np.setdiff1d(self.labelled, held), np.sort(held)


def count_map(points, height, width):
    """[height, width]: how many fixations fall into each cell."""
    x = np.clip((points[:, 0] * width).astype(int), 0, width - 1)
    y = np.clip((points[:, 1] * height).astype(int), 0, height - 1)
    counts = np.zeros((height, width), np.float32)
    np.add.at(counts, (y, x), 1)
    return counts


def truth_map(points, height, width):
    """[height, width], sum 1: the blurred fixations. Blurred at four times the size, so that cells do not show."""
    fine = count_map(points, 4 * height, 4 * width)
    fine = gaussian_filter(fine, (TRUTH_SIGMA * 4 * height, TRUTH_SIGMA * 4 * width), mode='constant', truncate=3)
    coarse = fine.reshape(height, 4, width, 4).sum((1, 3))
    return coarse / coarse.sum()
