/** A request for each kind of geometry, by what it shows; they fit a picture of 640 by 480 pixels. */
export const ANNOTATION_EXAMPLES = {
  'A polygon': {
    instrument: 'needle holder',
    polygon: {
      points: [
        [120.5, 80],
        [410, 95.25],
        [388, 300],
      ],
    },
    attributes: { condition: 'clean', occluded: false },
    source: 'model',
    confidence: 0.93,
  },
  'A polygon with a hole': {
    instrument: 'ring forceps',
    polygon: {
      rings: [
        [
          [120, 80],
          [400, 80],
          [400, 300],
          [120, 300],
        ],
        [
          [200, 150],
          [260, 150],
          [230, 210],
        ],
      ],
    },
  },
  'A box': {
    instrument: 'kidney dish',
    polygon: null,
    box: { x: 120.5, y: 80, width: 289.5, height: 220 },
  },
  'A line': {
    instrument: 'suture',
    polygon: null,
    polyline: {
      points: [
        [120.5, 80],
        [260, 95.25],
        [388, 300],
      ],
    },
  },
  Keypoints: {
    instrument: 'needle holder',
    polygon: null,
    points: {
      points: [
        [120.5, 80],
        [388, 300],
        [0, 0],
      ],
      visibility: [2, 1, 0],
    },
  },
  'A mask': {
    instrument: 'swab',
    polygon: null,
    mask: { size: [480, 640], counts: [48_100, 200, 280, 200, 258_420] },
  },
  'A mask as text of pycocotools': {
    instrument: 'swab',
    polygon: null,
    mask: { size: [480, 640], counts: 'To^1X6h80lRl7' },
  },
  'The whole picture': { instrument: 'tray', polygon: null },
};
