// The pictures of this folder: French labels, notices and pages, printed in fonts that the line reader's training never
// sees (Debian: fonts-dejavu-core, fonts-open-sans, fonts-linuxlibertine, fonts-paratype, fonts-adf-baskervald,
// fonts-roboto-unhinted, fonts-courier-prime, fonts-dosis).
//   node bench/eval/pictures/french-print/make.mjs [FOLDER]
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'

/** Texts are ours. `size` in pixels, `ink` on `paper`; `tilt` in degrees, `blur` a sigma in pixels, `quality` of a JPEG between. */
const PICTURES = [
  {
    name: 'jam',
    font: 'Linux Libertine O',
    size: 34,
    ink: '#3a1a10',
    paper: '#f6e7c8',
    lines: [
      'CONFITURE ARTISANALE',
      'Fraises gariguettes & rhubarbe',
      'préparée à la bassine de cuivre',
      'Ingrédients : fraises, rhubarbe, sucre,',
      'jus de citron, gélifiant : pectine.',
      'À conserver au réfrigérateur après ouverture.',
      'Élaborée à Saint-Étienne',
      'Poids net : 340 g'
    ]
  },
  {
    name: 'shop',
    font: 'Open Sans',
    size: 44,
    ink: '#ffffff',
    paper: '#20405c',
    tilt: -4,
    lines: [
      'BOULANGERIE PÂTISSERIE',
      'Entrée côté forêt',
      'Fermé le lundi après-midi',
      'Thé, café, gâteaux frais',
      'Crêpes salées et sucrées'
    ]
  },
  {
    name: 'cream',
    font: 'Dosis',
    size: 30,
    ink: '#333',
    paper: '#fdfdfd',
    quality: 60,
    lines: [
      'Crème légère hydratante',
      'Peaux sensibles et déshydratées',
      'Testée sous contrôle dermatologique',
      'Sans parabène, sans éthanol',
      'Appliquer matin et soir sur une peau sèche,',
      'en évitant le contour des yeux.',
      'Fabriqué dans la région Rhône-Alpes',
      'Ne pas jeter le flacon dans la nature'
    ]
  },
  {
    name: 'notice',
    font: 'DejaVu Serif',
    size: 22,
    ink: '#111',
    paper: '#fff',
    lines: [
      "Règlement intérieur de l'hôtel",
      "L'accès à la piscine est réservé aux résidents.",
      'Les clés doivent être remises à la réception avant midi.',
      'Le petit déjeuner est servi de sept heures à dix heures.',
      'Les animaux ne sont admis que tenus en laisse.',
      "En cas d'incendie, gardez votre sang-froid",
      "et dirigez-vous vers l'issue la plus proche.",
      'La direction décline toute responsabilité en cas de vol.'
    ]
  },
  {
    name: 'letter',
    font: 'Courier Prime',
    size: 24,
    ink: '#222',
    paper: '#f4f1ea',
    blur: 0.6,
    lines: [
      'Chère Hélène,',
      "J'ai bien reçu ta lettre du dix-huit février.",
      'Où as-tu trouvé cette vieille théière ?',
      "Le château était fermé, mais l'île est très belle",
      'et nous avons pique-niqué près du phare.',
      'Embrasse ta mère et ton frère de ma part.',
      'À bientôt, Noël'
    ]
  },
  {
    name: 'poster',
    font: 'Roboto Condensed',
    size: 46,
    ink: '#b01030',
    paper: '#ffe9a8',
    tilt: 3,
    lines: [
      'FÊTE DE LA MÉTÉO',
      'DU 3 AU 12 AOÛT',
      'Théâtre, opéra, marionnettes',
      'Entrée libre pour les élèves',
      'RENSEIGNEMENTS À LA MAIRIE'
    ]
  },
  {
    name: 'wine',
    font: 'Baskervald ADF Std',
    size: 32,
    ink: '#40203a',
    paper: '#f2ece0',
    lines: [
      'Château Bel-Été',
      'Cuvée des Évêques',
      'Mis en bouteille à la propriété',
      'Élevé en fûts de chêne',
      'Arômes de mûre, de réglisse et de violette',
      'À servir entre seize et dix-huit degrés',
      'Contient des sulfites'
    ]
  },
  {
    name: 'manual',
    font: 'PT Sans',
    size: 20,
    ink: '#000',
    paper: '#fff',
    quality: 40,
    lines: [
      "Avant la première utilisation, nettoyez soigneusement l'appareil.",
      "N'immergez jamais le moteur dans l'eau ni dans un autre liquide.",
      'Débranchez la prise dès que vous avez terminé.',
      'Les pièces détachées sont disponibles pendant cinq années.',
      'Cet appareil est conforme aux directives européennes en vigueur.',
      'Les déchets électriques doivent être déposés à la déchèterie.',
      'Gardez cette notice à portée de main : elle répond aux questions',
      'les plus fréquentes et décrit la façon de régler la température.'
    ]
  }
]

const escaped = text => text.replaceAll('&', '&amp;')

async function draw ({ font, size, ink, paper, tilt = 0, blur, quality, lines }) {
  const longest = Math.max(...lines.map(line => line.length))
  const [width, height] = [Math.round(longest * size * 0.62 + 3 * size), Math.round((1.55 * lines.length + 2.2) * size)]
  const text = lines.map((line, index) => `<text x="${1.5 * size}" y="${Math.round((2.1 + 1.55 * index) * size)}">${escaped(line)}</text>`).join('')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${font}" font-size="${size}" fill="${ink}">${text}</svg>`
  const flat = sharp(Buffer.from(svg)).flatten({ background: paper })
  const turned = tilt === 0 ? flat : sharp(await flat.png().toBuffer()).rotate(tilt, { background: paper })
  const soft = blur === undefined ? turned : sharp(await turned.png().toBuffer()).blur(blur)
  const pressed = quality === undefined ? soft : sharp(await soft.jpeg({ quality }).toBuffer())
  return await pressed.png({ palette: true, colours: 24, effort: 10 }).toBuffer()
}

const folder = process.argv[2] ?? fileURLToPath(new URL('.', import.meta.url))
for (const picture of PICTURES) writeFileSync(`${folder}/${picture.name}.png`, await draw(picture))
writeFileSync(`${folder}/truth.json`, `${JSON.stringify({
  set: 'french-print', licence: "the project's own, MIT", items: PICTURES.map(({ name, lines }) => ({ file: `${name}.png`, lines }))
}, null, 2)}\n`)
