// How good labels are. `own` are the mids that name the thing itself, `right` those and all that is broader; a picture
// without `own` (its thing has no label of its own) counts for the broader figures alone.

// Human face, Smile, Black-and-white, Monochrome.
const FACES_AND_TONES = new Set(['/m/0dzct', '/m/019nj4', '/m/01g6gs', '/m/01mwkf'])

/**
 * Figures over pictures.
 * @param {Array<{ own: Set<string>, right: Set<string>, usual: string[], all: string[] }>} pictures labels by falling
 *   score: `usual` as a client gets them, `all` with a least score of .01
 */
export function labelFigures (pictures, { parents }) {
  const named = pictures.filter(({ own }) => own.size > 0)
  const hits = (of, labelsOf, wanted, count) => mean(of.map(picture => labelsOf(picture).slice(0, count).some(mid => picture[wanted].has(mid))))
  const usual = picture => picture.usual
  const leaves = picture => withoutBroader(picture.all, parents)
  return {
    'hit@1': hits(pictures, usual, 'right', 1),
    'hit@5': hits(pictures, usual, 'right', 5),
    'own hit@1': hits(named, usual, 'own', 1),
    'own hit@5': hits(named, usual, 'own', 5),
    'own hit@5 of leaves, minScore .01': hits(named, leaves, 'own', 5),
    ...precisionOf(pictures),
    'labels per picture': mean(pictures.map(({ usual }) => usual.length)),
    'pictures with a label': mean(pictures.map(({ usual }) => usual.length > 0))
  }
}

/** The share of the labels that are right, and that of those of which some truth tells: no set knows of faces and tones. */
export function precisionOf (pictures) {
  const rightOf = isJudged => mean(pictures.flatMap(({ usual, right }) => usual.filter(isJudged).map(mid => right.has(mid))))
  return { precision: rightOf(() => true), 'precision without faces and tones': rightOf(mid => !FACES_AND_TONES.has(mid)) }
}

/** The labels that no other label of the list is narrower than. */
export function withoutBroader (labels, parents) {
  const broader = new Set()
  const add = mid => {
    for (const parent of parents.get(mid) ?? []) {
      if (broader.has(parent)) continue
      broader.add(parent)
      add(parent)
    }
  }
  labels.forEach(add)
  return labels.filter(mid => !broader.has(mid))
}

function mean (values) {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + Number(value), 0) / values.length
}
