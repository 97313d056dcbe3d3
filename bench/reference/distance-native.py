"""OpenCV's native SIFT and ORB on pairs of pictures: longest side 512, ratio test, RANSAC at 4 pixels; the score of a
pair is its number of inliers. distance.mjs beside this folder runs it.
Needs opencv-python-headless and numpy:  python3 bench/reference/distance-native.py FOLDER < PAIRS > RESULT
"""
import json
import os
import sys
import time

import cv2
import numpy as np

SIDE = 512
METHODS = {'native SIFT 1500': (lambda: cv2.SIFT_create(1500), cv2.NORM_L2, .75),
           'native ORB 1000': (lambda: cv2.ORB_create(1000), cv2.NORM_HAMMING, .8)}


def load(path):
    grey = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    height, width = grey.shape
    scale = SIDE / max(width, height)
    size = (max(1, int(width * scale)), max(1, int(height * scale)))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), (width, height)


def to_working(picture, size):
    return np.diag([picture.shape[1] / size[0], picture.shape[0] / size[1], 1])


def match(detector, norm, ratio, a, b):
    points_a, rows_a = detector.detectAndCompute(a, None)
    points_b, rows_b = detector.detectAndCompute(b, None)
    if rows_a is None or rows_b is None or len(rows_a) < 2 or len(rows_b) < 2:
        return 0, None
    pairs = cv2.BFMatcher(norm).knnMatch(rows_a, rows_b, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < ratio * pair[1].distance]
    if len(good) < 4:
        return 0, None
    cv2.setRNGSeed(0)
    homography, mask = cv2.findHomography(np.float32([points_a[m.queryIdx].pt for m in good]),
                                          np.float32([points_b[m.trainIdx].pt for m in good]), cv2.RANSAC, 4.0)
    return (0, None) if homography is None else (int(mask.sum()), homography)


cv2.setNumThreads(1)
folder = sys.argv[1]
pairs = json.load(sys.stdin)
result = {}
for name, (make, norm, ratio) in METHODS.items():
    detector = make()
    rows, seconds = [], 0
    for pair in pairs:
        (a, size_a), (b, size_b) = (load(os.path.join(folder, pair[key])) for key in ('ref', 'query'))
        began = time.process_time()
        score, homography = match(detector, norm, ratio, a, b)
        seconds += time.process_time() - began
        if homography is not None:
            homography = np.linalg.inv(to_working(b, size_b)) @ homography @ to_working(a, size_a)
            homography = (homography / homography[2, 2]).ravel().tolist()
        rows.append({'score': score, 'homography': homography, 'dims': [*size_a, *size_b]})
    result[name] = {'rows': rows, 'cpuMs': 1000 * seconds / len(pairs)}
json.dump(result, sys.stdout)
