"""Features, truth and v4's own reading of line pictures that are measured on and never trained on.

    python make_evaluation.py TRUNK.onnx KEYS.txt IMAGES_FOLDER OUT.npz

From ocr_handwriting: lines and words as they are; from ocr_receipts: every third line, cut along its quadrilateral.
"""

import argparse
import json
import pathlib

import cv2
import numpy as np

import distort
from charset import Coder, normalise
from make_shards import fits
from trunk import Trunk

# Between two characters a space stands where v4 gives it this much: it seldom wins a column outright.
SPACE_FROM = .03


def v4_text(probabilities, keys):
    """v4's reading: best path, with spaces where their probability between two characters reaches SPACE_FROM."""
    path = probabilities.argmax(1)
    space = probabilities[:, -1]
    text, since, last = [], 0, -1
    for i, c in enumerate(path):
        if c != 0 and c != last:
            if text and c <= len(keys) and space[since:i].max(initial=0) >= SPACE_FROM and text[-1] != ' ':
                text.append(' ')
            text.append(keys[c - 1] if c <= len(keys) else ' ')
            since = i + 1
        last = c
    return ''.join(text)


def straightened(image, quad):
    quad = np.float32(quad)
    width = int(max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3])))
    height = int(max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1])))
    target = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    return cv2.warpPerspective(image, cv2.getPerspectiveTransform(quad, target), (width, height), borderMode=cv2.BORDER_REPLICATE)


def pictures(folder):
    """(RGB picture of a line, truth, kind)."""
    source = folder / 'ocr_handwriting'
    for item in json.loads((source / 'truth.json').read_text('utf-8'))['items']:
        if item['kind'] in ('line', 'word'):
            origin = item['file'].split('/')[1].split('_')[0]
            yield cv2.imread(str(source / item['file']))[..., ::-1], item['truth'], f'{item["kind"]} {item["lang"]} {origin}'
    source = folder / 'ocr_receipts'
    for item in json.loads((source / 'truth.json').read_text('utf-8'))['items']:
        image = cv2.imread(str(source / item['file']))[..., ::-1]
        for line in item['lines'][::3]:
            yield straightened(image, line['quad']), line['text'], 'receipts'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('trunk')
    parser.add_argument('keys')
    parser.add_argument('images', type=pathlib.Path)
    parser.add_argument('out')
    arguments = parser.parse_args()
    trunk, coder = Trunk(arguments.trunk, arguments.keys), Coder()
    keys = pathlib.Path(arguments.keys).read_text('utf-8').rstrip('\n').split('\n')
    rows = []
    for image, text, kind in pictures(arguments.images):
        text = normalise(text)
        crop = distort.to_height(np.ascontiguousarray(image), 48)
        if not text or not coder.knows(text) or not fits(crop.shape[1] // 4, text, most=1000):
            continue
        rows.append((trunk.features(crop).astype(np.float16), text, kind, normalise(v4_text(trunk.probabilities(crop), keys))))
    features, texts, kinds, v4 = zip(*rows)
    np.savez(arguments.out, features=np.concatenate(features), columns=[len(f) for f in features], texts=texts, kinds=kinds, v4=v4)


if __name__ == '__main__':
    main()
