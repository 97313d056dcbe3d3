"""Random boxed pictures and what COCO's own evaluation says of them, for the test of bench/eval/measures/detection.mjs.
Needs numpy and pycocotools 2.0.11:  python3 bench/reference/coco-cases.py > test/fixtures/evaluation/coco-cases.json
"""
import contextlib
import io
import json

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

random = np.random.default_rng(7)


def box():
    x, y, width, height = random.uniform(0, 300), random.uniform(0, 300), random.uniform(20, 150), random.uniform(20, 150)
    return [round(v, 1) for v in (x, y, width, height)]


def near(other, by):
    return [round(max(1, v + random.normal(0, by)), 1) for v in other]


pictures, truth, found = [], [], []
for picture in range(8):
    objects, finds = [], []
    for _ in range(random.integers(1, 6)):
        objects.append({'class': int(random.integers(0, 3)), 'box': box(), 'crowd': bool(random.random() < 0.15)})
    for thing in objects:
        for _ in range(random.integers(0, 3)):
            finds.append({'class': thing['class'] if random.random() < 0.9 else int(random.integers(0, 3)),
                          'score': round(float(random.uniform(0.05, 1)), 4), 'box': near(thing['box'], random.choice([1, 4, 12]))})
    for _ in range(random.integers(0, 3)):
        finds.append({'class': int(random.integers(0, 3)), 'score': round(float(random.uniform(0.05, 0.6)), 4), 'box': box()})
    pictures.append({'truth': objects, 'found': finds})
    for thing in objects:
        truth.append({'id': len(truth) + 1, 'image_id': picture, 'category_id': thing['class'], 'bbox': thing['box'],
                      'area': thing['box'][2] * thing['box'][3], 'iscrowd': int(thing['crowd'])})
    found += [{'image_id': picture, 'category_id': f['class'], 'bbox': f['box'], 'score': f['score']} for f in finds]

with contextlib.redirect_stdout(io.StringIO()):
    coco = COCO()
    coco.dataset = {'images': [{'id': i, 'width': 600, 'height': 600} for i in range(len(pictures))],
                    'categories': [{'id': i} for i in range(3)], 'annotations': truth}
    coco.createIndex()
    judged = COCOeval(coco, coco.loadRes(found), 'bbox')
    judged.evaluate()
    judged.accumulate()
    judged.summarize()

keep = [{key: [{k: v for k, v in thing.items() if v is not False} for thing in p[key]] for key in p} for p in pictures]
lines = ',\n'.join(json.dumps(p) for p in keep)
print(f'{{"ap": {judged.stats[0]:.9f}, "ap50": {judged.stats[1]:.9f}, "pictures": [\n{lines}\n]}}')
