"""Synthetic lines: text in installed fonts, laid over plain, shaded, textured or photographed ground, then distorted."""

import functools
import json
import pathlib

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import distort
import fonts
from charset import Coder
from corpus import Text

WIDEST = 1000
CORPUS = pathlib.Path('corpus.json')
GROUNDS = pathlib.Path('grounds.npy')


@functools.lru_cache(400)
def face(path, size):
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


class Printer:
    def __init__(self, held_out):
        self.coder = Coder()
        self.text = Text(json.loads(CORPUS.read_text('utf-8')), self.coder)
        self.printed = by_family(fonts.choose(handwritten=False, held_out=held_out))
        self.script = by_family(fonts.choose(handwritten=True, held_out=held_out))
        self.grounds = np.load(GROUNDS, mmap_mode='r') if GROUNDS.exists() else None

    def line(self, rng, strength, handwritten=False, squeezed=False):
        """(uint8 RGB [48, width, 3], text). Squeezed: as pages of clean print are read, at less than their width."""
        while True:
            families = self.script if handwritten else self.printed
            family = families[rng.integers(len(families))]
            path, points = family[rng.integers(len(family))]
            text = self.text.line(rng)
            if any(ord(c) not in points for c in text) or not text:
                continue
            try:
                ink = self.ink(text, path, points, rng, strength, handwritten)
            except OSError:
                continue
            if ink is None:
                continue
            narrow = rng.uniform(.55, .9) if squeezed else 1
            image = distort.to_height(self.compose(ink, rng, strength), 48, stretch=squeeze(rng, strength, len(text), ink.shape, narrow))
            if image.shape[1] <= WIDEST and image.shape[1] >= 6.5 * len(text):
                return distort.degrade(image, rng, strength), text

    def ink(self, text, path, points, rng, strength, handwritten):
        """How much ink covers each pixel, uint8, cut as a detector would cut the line."""
        size = int(rng.uniform(26, 60))
        mask, baseline = draw(text, face(path, size), rng, strength, handwritten)
        if mask is None:
            return None
        if rng.random() < .12 * strength:
            add_neighbours(mask, self.text, path, points, size, rng)
        slant = rng.normal(0, .22 if handwritten else .12) * strength if rng.random() < (.8 if handwritten else .4) else 0
        wobble = rng.uniform(0, 1.5 if handwritten else .5) * strength if rng.random() < .5 else 0
        wave = rng.uniform(0, .08) * size * strength if rng.random() < (.5 if handwritten else .25) else 0
        clean = mask.copy()
        clean[:baseline[0]] = 0
        clean[baseline[1]:] = 0
        both = np.dstack([mask, clean])
        if slant or wobble or wave or strength > .3:
            both = distort.warp(both, rng, slant, 1, wave, wobble, rng.normal(0, .008) * strength, (0, 0))
        if rng.random() < .25 * strength:
            both = distort.perspective(both, rng, .15, (0, 0))
        return cut(both[..., 0], both[..., 1], size, rng, strength)

    def compose(self, ink, rng, strength):
        """Ink and ground in colours that differ by at least 50 levels, with outline or shadow now and then; RGB."""
        ground = self.ground(ink.shape, rng, strength)
        level = ground.mean()
        dark = level > 128 if rng.random() < .85 else level > 90
        if strength < .15:
            colour = np.full(3, 0.0 if dark else 255.0)
        else:
            distance = rng.uniform(50, 255)
            brightness = np.clip(level - distance if dark else level + distance, 0, 255)
            colour = np.clip(brightness + rng.normal(0, 30, 3) * (rng.random() < .5), 0, 255)
            if abs(colour.mean() - level) < 45:
                colour = np.full(3, 0.0 if level > 128 else 255.0)
        image = ground.astype(np.float32)
        if rng.random() < .1 * strength:
            image = shadowed(image, ink, rng)
        opacity = rng.uniform(.8, 1) if strength > .15 else 1
        cover = ink.astype(np.float32)[..., None] / 255 * opacity
        return np.clip(image + (colour - image) * cover, 0, 255).astype(np.uint8)

    def ground(self, shape, rng, strength):
        kind, height, width = rng.random(), shape[0], shape[1]
        base = rng.uniform(170, 255) if rng.random() < .65 else rng.uniform(0, 170)
        colour = np.clip(base + rng.normal(0, 22, 3) * (rng.random() < .5), 0, 255)
        if strength < .15 or kind < .45:
            return np.broadcast_to(colour, (height, width, 3)) if strength >= .15 else np.full((height, width, 3), 255.0)
        if kind < .6 or self.grounds is None:
            grain = cv2.resize(rng.normal(0, rng.uniform(2, 16), (max(2, height // int(rng.integers(1, 12))), max(2, width // int(rng.integers(1, 12))))),
                               (width, height), interpolation=cv2.INTER_LINEAR)
            return np.clip(colour + grain[..., None], 0, 255)
        if kind < .72:
            other = np.clip(colour + rng.normal(0, 50, 3), 0, 255)
            return colour + (other - colour) * np.linspace(0, 1, width)[None, :, None] + np.zeros((height, 1, 1))
        photograph = self.grounds[rng.integers(len(self.grounds))]
        share = min(1, height / width * 96 / 30)
        rows = max(4, int(96 * share * rng.uniform(.3, 1)))
        top, columns = rng.integers(0, 97 - rows), int(min(96, rows * width / height))
        left = rng.integers(0, 97 - columns)
        patch = cv2.resize(photograph[top:top + rows, left:left + columns], (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32)
        calm = rng.uniform(.15, .9)
        return np.clip(colour + (patch - patch.mean()) * calm, 0, 255)


def by_family(chosen):
    """Files grouped by family, so that a family of forty weights is drawn as often as a single face."""
    groups = {}
    for path, points in chosen:
        groups.setdefault(next(iter(fonts.families([(path, points)]))), []).append((path, points))
    return list(groups.values())


def draw(text, font, rng, strength, handwritten):
    """The text's ink (255) on 0 with half a line of room on all sides, and the rows the line's own box spans."""
    ascent, descent = font.getmetrics()
    line = ascent + descent
    spaced = rng.random()
    tracking = 0.0
    if handwritten and spaced < .7 * strength:
        tracking = rng.normal(0, .02) * line
    elif not handwritten and spaced < .25 * strength:
        tracking = rng.uniform(-.03, .2) * line
    wide_space = rng.uniform(.8, 1.8) if rng.random() < .4 * strength else 1
    thick = int(rng.random() < .12 * strength)
    by_letter = tracking or wide_space != 1 or (handwritten and strength > .3)
    width = font.getlength(text) * (1 if wide_space == 1 else 1.5) + max(0, tracking) * len(text)
    if width <= 0 or width > 6000:
        return None, None
    canvas = Image.new('L', (int(width + 2 * line), int(2 * line)))
    pen = ImageDraw.Draw(canvas)
    x, y = line * .5, line * .5
    if not by_letter:
        pen.text((x, y), text, 255, font, stroke_width=thick)
    else:
        drift = distort.smooth_curve(rng, len(text) + 4, 4, .05 * line * strength) if handwritten else np.zeros(len(text) + 4)
        for i, character in enumerate(text):
            jitter = rng.normal(0, .012) * line * strength if handwritten else 0
            pen.text((x, y + drift[i] + jitter), character, 255, font, stroke_width=thick)
            advance = font.getlength(character)
            if i + 1 < len(text):
                advance = font.getlength(text[i:i + 2]) - font.getlength(text[i + 1])
            x += advance * (wide_space if character == ' ' else 1) + tracking
    return np.array(canvas), (int(line * .5 - .1 * line), int(line * 1.6))


def add_neighbours(mask, text, path, points, size, rng):
    """Parts of the lines above and below, in place: crops of close lines hold them."""
    height, width = mask.shape
    line = height / 2
    for offset in (-1, 1):
        other = ''.join(c for c in text.line(rng) if ord(c) in points)
        if not other:
            continue
        layer = Image.new('L', (width, height))
        ImageDraw.Draw(layer).text((rng.uniform(0, line), line * .5 + offset * line * rng.uniform(.95, 1.3)), other, 255, face(path, size))
        np.maximum(mask, np.array(layer), out=mask)


def cut(mask, own, size, rng, strength):
    """Cuts to the line's own ink, −8 % to +25 % of its height above and below, and about as much at the ends."""
    rows, columns = np.flatnonzero(own.max(1) > 40), np.flatnonzero(own.max(0) > 40)
    if len(rows) == 0:
        return None
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    height = bottom - top
    if height < .55 * size and rng.random() < .7:
        # A line without tall letters, or of punctuation: a detector's box is seldom that flat.
        grow = int(.6 * size - height)
        share = rng.uniform(.2, .8)
        top, bottom = top - int(grow * share), bottom + int(grow * (1 - share))
        height = bottom - top
    low, high = -.08 * strength, .05 + .2 * strength
    top, bottom = top - int(height * rng.uniform(low, high)), bottom + int(height * rng.uniform(low, high))
    left, right = left - int(height * rng.uniform(-.01, .05 + .35 * strength)), right + int(height * rng.uniform(-.01, .05 + .35 * strength))
    padded = cv2.copyMakeBorder(mask, max(0, -top), max(0, bottom - mask.shape[0]), max(0, -left), max(0, right - mask.shape[1]),
                                cv2.BORDER_CONSTANT, value=0)
    top, left = top + max(0, -top), left + max(0, -left)
    bottom, right = min(padded.shape[0], bottom + max(0, -top)), min(padded.shape[1], right + max(0, -left))
    part = padded[max(0, top):bottom, max(0, left):right]
    return part if part.shape[0] >= 8 and part.shape[1] >= 4 else None


def shadowed(image, ink, rng):
    """A drop shadow or a halo of the letters under them."""
    shift = rng.integers(-3, 4, 2)
    shadow = cv2.GaussianBlur(np.roll(ink, tuple(shift), (0, 1)), (0, 0), rng.uniform(.5, 3)).astype(np.float32)[..., None] / 255
    return image + (rng.uniform(0, 255) - image) * shadow * rng.uniform(.3, .9)


def squeeze(rng, strength, characters, shape, narrow=1):
    """Factor of the width: narrow and wide set type, kept to at least 7 pixels a character."""
    factor = narrow * float(np.exp(rng.normal(0, .16) * strength))
    natural = shape[1] * 48 / shape[0]
    return max(factor, 7 * characters / natural)
