"""What happens to a line of text between the pen and the crop: geometry, light, optics, compression. Images are uint8 RGB."""

import cv2
import numpy as np


def smooth_curve(rng, length, period, amplitude):
    """A random smooth function over `length` pixels: about one bend per `period` pixels, ± `amplitude`."""
    knots = max(4, int(length / period) + 3)
    return cv2.resize(rng.uniform(-amplitude, amplitude, (1, knots)).astype(np.float32), (length, 1),
                      interpolation=cv2.INTER_CUBIC)[0]


def warp(image, rng, slant, stretch, wave, wobble, slope, border):
    """Shear, stretch, bend and jitter a picture in one resampling.

    slant: shear in pixels per pixel of height; stretch: factor of the width; wave: amplitude of the baseline's bend in
    pixels; wobble: local displacement in pixels; slope: rise per pixel; border: colour outside the picture.
    """
    height, width = image.shape[:2]
    margin = int(abs(slant) * height / 2 + 3)
    rise = int(abs(slope) * width + wave + 3)
    out_width, out_height = int(width * stretch) + 2 * margin, height + rise
    ys, xs = np.mgrid[0:out_height, 0:out_width].astype(np.float32)
    source_y = ys - rise / 2 - smooth_curve(rng, out_width, 5 * height, wave)[None]
    source_y -= slope * (xs - out_width / 2)
    source_x = (xs - margin) / stretch + slant * (source_y - height / 2)
    if wobble:
        grid = rng.normal(0, wobble, (2, max(3, out_height // 12), max(3, out_width // 14))).astype(np.float32)
        source_x += cv2.resize(grid[0], (out_width, out_height), interpolation=cv2.INTER_CUBIC)
        source_y += cv2.resize(grid[1], (out_width, out_height), interpolation=cv2.INTER_CUBIC) * .7
    return cv2.remap(image, source_x, source_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=border)


def perspective(image, rng, strength, border):
    """Moves the four corners by up to `strength` × the height."""
    height, width = image.shape[:2]
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    moved = corners + rng.uniform(-strength, strength, (4, 2)).astype(np.float32) * height
    moved -= moved.min(0)
    size = np.ceil(moved.max(0)).astype(int)
    return cv2.warpPerspective(image, cv2.getPerspectiveTransform(corners, moved), (int(size[0]), int(size[1])),
                               flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=border)


def stroke(grey, rng, strength):
    """Dark strokes on light ground made thicker or thinner, softly."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    changed = cv2.erode(grey, kernel) if rng.random() < .5 else cv2.dilate(grey, kernel)
    share = rng.uniform(.2, 1) * strength
    return cv2.addWeighted(changed, share, grey, 1 - share, 0)


def to_height(image, height, stretch=1.0):
    """The picture at `height` pixels, its width a multiple of 8 (at least 48), as the crops of the engine are made."""
    source_height, source_width = image.shape[:2]
    width = max(48, round(source_width * height / source_height * stretch / 8) * 8)
    shrinks = height < source_height
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)


def degrade(image, rng, strength):
    """Light, optics, sensor, compression on an RGB line; strength 0..1 scales how often and how much."""
    height, width = image.shape[:2]
    if rng.random() < .25 * strength:
        image = shade(image, rng)
    if rng.random() < .35 * strength:
        factor = rng.uniform(.35, .9)
        small = cv2.resize(image, (max(8, int(width * factor)), max(8, int(height * factor))), interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR if rng.random() < .7 else cv2.INTER_CUBIC)
    blurring = rng.random()
    if blurring < .25 * strength:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(.4, 1.6))
    elif blurring < .35 * strength:
        image = motion_blur(image, rng)
    if rng.random() < .5 * strength:
        gamma = np.exp(rng.normal(0, .35))
        table = (np.linspace(0, 1, 256) ** gamma * 255).astype(np.uint8)
        image = cv2.LUT(image, table)
    if rng.random() < .5 * strength:
        image = change_contrast(image, rng)
    if rng.random() < .4 * strength:
        noise = rng.normal(0, rng.uniform(2, 14), image.shape[:2] + (1 if rng.random() < .6 else 3,))
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < .12 * strength:
        image = 255 - image
    if rng.random() < .4 * strength:
        coded = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(25, 90))])[1]
        image = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return image


def change_contrast(image, rng, least=60):
    """Contrast × .4–1.15, but never so low that ink and ground come closer than `least` levels; the mean drifts."""
    low, high = np.percentile(image, (2, 98))
    contrast = max(rng.uniform(.4, 1.15), min(1, least / max(1, high - low)))
    mean = image.mean()
    return np.clip((image.astype(np.float32) - mean) * contrast + (mean + rng.uniform(80, 175)) / 2, 0, 255).astype(np.uint8)


def shade(image, rng):
    """A soft gradient of light or the hard edge of a shadow across the line."""
    height, width = image.shape[:2]
    if rng.random() < .6:
        light = smooth_curve(rng, width, 4 * height, .35)[None] + 1 + rng.uniform(-.2, .2) * np.linspace(-1, 1, height)[:, None]
    else:
        edge = np.float32([[rng.uniform(0, width), 0], [rng.uniform(0, width), height]])
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
        line = edge[0, 0] + (edge[1, 0] - edge[0, 0]) * ys / height
        light = 1 - rng.uniform(.25, .6) / (1 + np.exp(np.clip(-(xs - line) / rng.uniform(.5, 12), -30, 30)))
    return np.clip(image * light[..., None], 0, 255).astype(np.uint8)


def motion_blur(image, rng):
    length = int(rng.uniform(3, 8))
    kernel = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    end = (length - 1) / 2 * np.array([np.cos(angle), np.sin(angle)])
    middle = (length - 1) / 2
    cv2.line(kernel, tuple(int(round(v)) for v in middle - end), tuple(int(round(v)) for v in middle + end), 1)
    return cv2.filter2D(image, -1, kernel / kernel.sum())


def tint(grey, rng):
    """A grey line as ink on paper: RGB, each channel between a dark ink's and a light paper's colour."""
    if rng.random() < .4:
        return np.repeat(grey[..., None], 3, 2)
    paper = np.clip(rng.uniform(200, 255) + rng.normal(0, 10, 3), 150, 255)
    ink = np.clip(rng.uniform(0, 70) + rng.normal(0, 25, 3), 0, 130)
    share = grey.astype(np.float32)[..., None] / 255
    return np.clip(ink + (paper - ink) * share, 0, 255).astype(np.uint8)
