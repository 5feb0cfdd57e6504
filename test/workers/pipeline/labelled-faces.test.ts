import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Box } from '../../../workers/protocol.ts'
import { confirm, type FoundFace } from '../../../workers/pipeline/confirm.ts'
import { detectFaces, LOOKS } from '../../../workers/pipeline/detect.ts'
import { findFace } from '../../../workers/pipeline/find.ts'
import type { Picture } from '../../../workers/pipeline/picture.ts'
import { openBackend } from '../../backend.ts'
import { decode, labelled, WITHOUT_FACES } from '../../photos.ts'

const backend = await openBackend()

const find = async (path: string): Promise<FoundFace | null> =>
  findFace(backend, await decode(await labelled(path)), () => {})

const holds = (box: Box, { left, top, width, height }: Box): boolean => {
  const [x, y] = [left + width / 2, top + height / 2]
  return x > box.left && x < box.left + box.width && y > box.top && y < box.top + box.height
}
const isSame = (one: Box, other: Box): boolean => holds(one, other) && holds(other, one)

/** The photos of an annotation of dlib's and where the faces in them are. */
async function annotations (path: string): Promise<Array<{ file: string, faces: Box[] }>> {
  const xml = (await labelled(path)).toString()
  return [...xml.matchAll(/<image file='([^']+)'[^>]*>([^]*?)<\/image>/g)].map(([, file = '', boxes = '']) => ({
    file,
    faces: [...boxes.matchAll(/top='(-?\d+)' left='(-?\d+)' width='(\d+)' height='(\d+)'/g)].map(([, ...numbers]) => {
      const [top, left, width, height] = numbers.map(Number) as [number, number, number, number]
      return { top, left, width, height }
    })
  }))
}

/** Every face that any look shows and the landmarks confirm, once. */
async function everyFace (picture: Picture): Promise<Box[]> {
  const seen: Box[] = []
  for (const look of LOOKS) {
    for (const detection of await detectFaces(backend, picture, look)) {
      if (detection.score <= 0.5 || seen.some((face) => isSame(face, detection))) continue
      if (await confirm(backend, picture, detection)) seen.push(detection)
    }
  }
  return seen
}

test('of the 43 faces that dlib\'s annotations name, from 37 pixels on, at least 42 ' +
  'are found, and no others', { skip: WITHOUT_FACES }, async (t) => {
  const photos =
    (await Promise.all(['testing.xml', 'training.xml'].map((name) => annotations(`groups/dlib_faces/${name}`)))).flat()
  let named = 0; let found = 0; let others = 0
  for (const { file, faces } of photos) {
    const seen = await everyFace(await decode(await labelled(`groups/dlib_faces/${file}`)))
    named += faces.length
    found += faces.filter((face) => seen.some((other) => isSame(face, other))).length
    others += seen.filter((other) => !faces.some((face) => isSame(face, other))).length
  }
  t.diagnostic(`${found} of ${named} faces in ${photos.length} photos, ${others} detections beside them`)
  assert.equal(named, 43)
  assert.ok(found >= 42, `${found}`)
  assert.equal(others, 0)
})

test('turned, partly hidden, masked and grimacing faces are found; pictures ' +
  'of masks show nobody', { skip: WITHOUT_FACES }, async () => {
  const variants = [
    'mask.jpg', 'obama_partial_face.jpg', 'obama_partial_face2.jpg', 'pose/left_face.jpeg', 'pose/lower_face.jpeg',
    'pose/right_face.png',
    'pose/right_wryneck.png', 'pose/rise_face.jpeg', 'reaction/close_eyes.jpeg', 'emotion/anger.png', 'crop/crop.png'
  ]
  for (const path of variants) assert.ok(await find(`hard/face_variants/${path}`), path)
  for (const colour of ['black', 'blue', 'green', 'white']) {
    assert.equal(await find(`hard/face_variants/mask_${colour}.jpg`), null, colour)
  }
  assert.equal(await find('hard/face_variants/crop/no_face.png'), null)
})

test('landscapes show nobody', { skip: WITHOUT_FACES }, async () => {
  for (const number of [1, 3, 6]) {
    assert.equal(await find(`hard/exif_orientation/Landscape_${number}.jpg`), null, `${number}`)
  }
})

test('a face that every look finds unlikely is found when its landmarks hold', { skip: WITHOUT_FACES }, async () => {
  const found = await find('people/Rob_Moore/Rob_Moore_0001.jpg')
  assert.ok(found && found.detection.score < 0.5)
  const { left, top, width, height } = found.detection
  assert.ok(Math.hypot(left + width / 2 - 125, top + height / 2 - 125) < 40)
})

test('a face at the edge does not count because it is found sooner than the ' +
  'larger one before the camera', { skip: WITHOUT_FACES }, async () => {
  const found = await find('people/Christina_Sawaya/Christina_Sawaya_0001.jpg')
  assert.ok(found)
  assert.ok(Math.abs(found.detection.left + found.detection.width / 2 - 125) < 20)
})

test('a hazy face that no look finds is found with more contrast', { skip: WITHOUT_FACES }, async () => {
  const found = await find('strangers/Martin_Boryczewski_0001.jpg')
  assert.ok(found)
  const { left, top, width, height } = found.detection
  assert.ok(Math.hypot(left + width / 2 - 125, top + height / 2 - 125) < 40)
})

test('the face in the middle is found although another shows sooner', { skip: WITHOUT_FACES }, async () => {
  const found = await find('people/Elena_de_Chavez/Elena_de_Chavez_0001.jpg')
  assert.ok(found)
  const { left, top, width, height } = found.detection
  assert.ok(Math.hypot(left + width / 2 - 125, top + height / 2 - 125) < 50)
})
