"""Real handwritten lines (handwriting-lines.tar, unpacked): reading, the held-out writers, and augmentation."""

import json
import pathlib
import re
import zlib

import cv2
import numpy as np

import distort
from charset import Coder, normalise

HELD_OUT_SHARE = 10
# The sentence by which the notebooks' writers agree to publication: everywhere, so it says nothing about reading.
CONSENT = re.compile(r"conditions de participation|consens\.|anonymis|CC-BY|librement|non commerciales|activités de recherche"
                     r"|commerciales\.$|^et partagé sous|mon manuscrit")


def document(name):
    """The notebook, will or form a line comes from: one writer each."""
    if name.startswith('cop'):
        return 'cop' + re.search(r'wikitexte_(\d+)', name).group(1) if 'wikitexte' in name else name.rsplit('_', 1)[0]
    if name.startswith('poi'):
        return re.sub(r'-\d+_\d+\.webp$', '', name)
    return name


def lines(folder, held_out):
    """[(path, text, kind)] of the training writers or of the held-out ones; kind is 'notebook', 'will' or 'form'.

    A tenth of the documents, by checksum of their name, is held out. Lines with symbols outside the charset are dropped.
    """
    folder = pathlib.Path(folder)
    coder = Coder()
    kinds = {'cop': 'notebook', 'poi': 'will', 'nam': 'form'}
    found = []
    for name, row in sorted(json.loads((folder / 'labels.json').read_text('utf-8')).items()):
        if (zlib.crc32(document(name).encode()) % HELD_OUT_SHARE == 0) != held_out:
            continue
        text = normalise(row['text'])
        if not text or not coder.knows(text) or (held_out and CONSENT.search(text)):
            continue
        found.append((folder / name, text, kinds[name[:3]]))
    return found


def read(path):
    """A line as uint8 grey [64, width]."""
    return cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)


def augment(grey, rng, strength):
    """One RGB crop, 48 px high, of a grey line; strength 0 leaves it as it is, 1 is everything."""
    paper = int(np.percentile(grey, 85))
    if rng.random() < .6 * strength:
        grey = distort.stroke(grey, rng, strength)
    if rng.random() < .9 * strength:
        grey = distort.warp(grey, rng, slant=rng.normal(0, .25) * strength, stretch=float(np.exp(rng.normal(0, .18) * strength)),
                            wave=rng.uniform(0, 4) * strength, wobble=rng.uniform(0, 1.6) * strength,
                            slope=rng.normal(0, .012) * strength, border=paper)
    grey = crop(grey, rng, strength, paper)
    if rng.random() < .12 * strength:
        ruled(grey, rng)
    image = distort.tint(grey, rng) if strength else np.repeat(grey[..., None], 3, 2)
    if rng.random() < .3 * strength:
        image = distort.perspective(image, rng, .06, tuple(int(v) for v in np.percentile(image, 85, axis=(0, 1))))
    image = distort.to_height(image, 48)
    return distort.degrade(image, rng, .7 * strength)


def crop(grey, rng, strength, paper):
    """Cuts up to 14 % or adds up to 25 % above and below, little at the ends: detectors' boxes are not transcribers' boxes."""
    height, width = grey.shape
    top, bottom = (int(height * rng.uniform(-.25, .14) * strength) for _ in range(2))
    left, right = (int(height * rng.uniform(-.5, .03) * strength) for _ in range(2))
    grey = grey[max(0, top):height - max(0, bottom), max(0, left):width - max(0, right)]
    return cv2.copyMakeBorder(grey, max(0, -top), max(0, -bottom), max(0, -left), max(0, -right), cv2.BORDER_CONSTANT, value=paper)


def ruled(grey, rng):
    """Lines of ruled or squared paper, in place."""
    height, width = grey.shape
    colour = int(rng.uniform(90, 210))
    for y in np.arange(rng.uniform(0, height), height, rng.uniform(.3, 1.2) * height):
        cv2.line(grey, (0, int(y)), (width, int(y + rng.normal(0, 2))), colour, 1)
    if rng.random() < .3:
        for x in np.arange(rng.uniform(0, height), width, rng.uniform(.3, 1) * height):
            cv2.line(grey, (int(x), 0), (int(x), height), colour, 1)
