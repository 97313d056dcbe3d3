"""The embedded detector by Python's onnxruntime with the documented preprocessing and pycocotools' evaluation, to compare
the service with: Pillow decodes and resizes (plain stretch, by two kernels), RGB 0..255 unscaled, peaks of 3 x 3,
class-wise NMS at .6, at most 100 finds. compare.mjs beside this file runs it.
Needs ../shared/images, dist/models (npm run build), and numpy, pillow, onnxruntime, pycocotools:
  python3 bench/reference/detector.py             average precision on the evaluation pictures, as JSON
  python3 bench/reference/detector.py PIXELS OUT  the score maps of raw RGB pixels (512 x 512), float32
"""
import contextlib
import io
import json
import pathlib
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / 'shared'
SIDE = 512
MIN_SCORE = 0.001
MAX_OVERLAP = 0.6
ALIASES = {'tvmonitor': 'tv', 'sofa': 'couch', 'diningtable': 'dining table', 'pottedplant': 'potted plant',
           'motorbike': 'motorcycle', 'aeroplane': 'airplane'}

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(str(ROOT / 'dist/models/mobilenetv3-centernet.onnx'), options,
                                       providers=['CPUExecutionProvider'])
names = [row['name'] for row in json.loads((SHARED / 'labels/coco80_to_mid.json').read_text())]


def run(pixels):
    tensor = pixels.astype(np.float32).transpose(2, 0, 1)[None]
    keypoints, sides = session.run(['keypoints', 'wh'], {'image': tensor})
    return keypoints[0], sides[0]


def overlap(box, boxes):
    left, top = np.maximum(box[:2], boxes[:, :2]).T
    right, bottom = np.minimum(box[2:], boxes[:, 2:]).T
    both = np.maximum(0, right - left) * np.maximum(0, bottom - top)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return both / ((box[2] - box[0]) * (box[3] - box[1]) + areas - both)


def detect(picture, kernel):
    pixels = np.asarray(picture.resize((SIDE, SIDE), kernel))
    keypoints, sides = run(pixels)
    padded = np.pad(keypoints, ((0, 0), (1, 1), (1, 1)), constant_values=-1)
    size = keypoints.shape[1]
    around = np.max([padded[:, y:y + size, x:x + size] for y in range(3) for x in range(3)], axis=0)
    classes, rows, columns = np.nonzero((keypoints >= around) & (keypoints >= MIN_SCORE))
    scores = keypoints[classes, rows, columns]
    left, top, right, bottom = sides[:, rows, columns]
    boxes = np.stack([4 * columns - left, 4 * rows - top, 4 * columns + right, 4 * rows + bottom], 1)
    boxes = np.clip(boxes, 0, SIDE) * np.array([picture.width, picture.height] * 2) / SIDE
    found = []
    for at in np.argsort(-scores, kind='stable'):
        kept = np.array([boxes[other] for other in found if classes[other] == classes[at]]).reshape(-1, 4)
        if len(kept) and overlap(boxes[at], kept).max() > MAX_OVERLAP:
            continue
        found.append(at)
        if len(found) == 100:
            break
    return [(int(classes[at]), float(scores[at]), boxes[at]) for at in found]


def average_precision(folder, kernel):
    items = json.loads((SHARED / 'images' / folder / 'truth.json').read_text())['items']
    truth, found = [], []
    for index, item in enumerate(items):
        for thing in item['objects']:
            name = ALIASES.get(thing['name'], thing['name'])
            if name not in names:
                continue
            box = thing.get('bbox_xywh')
            if box is None:
                x, y, right, bottom = thing['bbox_xyxy']
                box = [x, y, right - x, bottom - y]
            truth.append({'id': len(truth) + 1, 'image_id': index, 'category_id': names.index(name), 'bbox': box,
                          'area': box[2] * box[3], 'iscrowd': int(thing.get('iscrowd', 0))})
        picture = ImageOps.exif_transpose(Image.open(SHARED / 'images' / folder / item['file'])).convert('RGB')
        found += [{'image_id': index, 'category_id': name, 'score': score,
                   'bbox': [box[0], box[1], box[2] - box[0], box[3] - box[1]]} for name, score, box in detect(picture, kernel)]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {'images': [{'id': i} for i in range(len(items))], 'annotations': truth,
                        'categories': [{'id': i} for i in range(len(names))]}
        coco.createIndex()
        judged = COCOeval(coco, coco.loadRes(found), 'bbox')
        judged.evaluate()
        judged.accumulate()
        judged.summarize()
    return {'AP50': round(judged.stats[1], 4), 'AP50:95': round(judged.stats[0], 4)}


if len(sys.argv) == 3:
    pixels = np.frombuffer(pathlib.Path(sys.argv[1]).read_bytes(), np.uint8).reshape(SIDE, SIDE, 3)
    pathlib.Path(sys.argv[2]).write_bytes(run(pixels)[0].tobytes())
else:
    kernels = {'bilinear': Image.Resampling.BILINEAR, 'lanczos': Image.Resampling.LANCZOS}
    print(json.dumps({'onnxruntime': onnxruntime.__version__, 'pillow': Image.__version__, 'sets': {
        folder: {name: average_precision(folder, kernel) for name, kernel in kernels.items()}
        for folder in ('det_coco_val2017', 'det_voc_indoor')}}))
