import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { InjectOptions } from 'fastify'
import sharp from 'sharp'
import { multipart } from '../form.ts'
import { ADMIN_KEY, asAdmin, shareApp } from '../helper.ts'
import {
  dataUri, groupPhoto, labelled, labelledPath, noFace, portraits, scene, SCENE, WITHOUT_FACES
} from '../photos.ts'

const app = shareApp({ ADMIN_KEY })

interface Box { left: number, top: number, width: number, height: number }
interface Face {
  box: Box
  score: number
  points: Record<string, [x: number, y: number]>
  landmarks: Array<[x: number, y: number]>
  pose: Record<'yaw' | 'pitch' | 'roll', number>
  quality: number
  quality_measures: Record<string, number>
  advice: Array<{ measure: string, message: string }>
}
interface Detected { success: true, width: number, height: number, faces: Face[] }

async function detect (photo: Buffer, query = ''): Promise<Detected> {
  const response = await (await app()).inject(asAdmin(multipart(`/detect${query}`, { photo })))
  assert.equal(response.statusCode, 200, response.body)
  return response.json<Detected>()
}

const contains = ({ left, top, width, height }: Box, [x, y]: readonly [number, number]): boolean =>
  x > left && x < left + width && y > top && y < top + height
const middleOf = ({ left, top, width, height }: Box): [number, number] => [left + width / 2, top + height / 2]
const isSame = (one: Box, other: Box): boolean => contains(one, middleOf(other)) && contains(other, middleOf(one))

test('every face of a scene is found where it is, the largest first', async () => {
  const places = [
    { portrait: await portraits.anna(), faceWidth: 130, x: 170, y: 240 },
    { portrait: await portraits.bella(), faceWidth: 100, x: 400, y: 240 },
    { portrait: await portraits.clara(), faceWidth: 60, x: 560, y: 240 }
  ]
  const { faces, width, height } = await detect(await scene(...places))
  assert.deepEqual({ width, height }, SCENE)
  assert.equal(faces.length, 3)
  for (const [i, { box, landmarks, points, score }] of faces.entries()) {
    const { x, y, faceWidth } = places[i]!
    assert.ok(contains(box, [x, y]), `face ${i}`)
    assert.ok(box.width > 0.6 * faceWidth && box.width < 1.7 * faceWidth, `face ${i}: ${box.width}`)
    assert.ok(score > 0.5 && score <= 1)
    assert.equal(landmarks.length, 68)
    const { left_eye: leftEye, right_eye: rightEye, nose, left_mouth: leftMouth, right_mouth: rightMouth } = points
    assert.deepEqual(nose, landmarks[30])
    assert.deepEqual([leftMouth, rightMouth], [landmarks[48], landmarks[54]])
    assert.ok(leftEye![0] < nose![0] && nose![0] < rightEye![0] && leftEye![1] < leftMouth![1])
    for (const point of Object.values(points)) assert.ok(contains(box, point), `face ${i}`)
  }
  assert.deepEqual((await detect(await scene(...places), '?max_faces=2')).faces, faces.slice(0, 2))
})

test('nobody in the photo is a normal outcome', async () => {
  const photo = await noFace(320)
  assert.deepEqual(await detect(photo), { success: true, width: 320, height: 320, faces: [] })
})

test('places are those of the upright photo in its own pixels, however it is stored', async () => {
  const upright = await groupPhoto(3)
  const { width, height, faces } = await detect(upright)
  assert.deepEqual([width, height], [1920, 1350])
  assert.ok(faces.length >= 3, `${faces.length}`)
  const turned = await sharp(upright).rotate(90).withMetadata({ orientation: 8 }).jpeg({ quality: 95 }).toBuffer()
  const larger = await sharp(upright).resize({ width: 3840 }).jpeg({ quality: 95 }).toBuffer()
  for (const [photo, times] of [[turned, 1], [larger, 2]] as const) {
    const again = await detect(photo)
    assert.deepEqual([again.width, again.height], [times * 1920, times * 1350])
    assert.equal(again.faces.length, faces.length)
    for (const { box, landmarks } of faces) {
      const same = again.faces.find((other) => {
        const [x, y] = middleOf(other.box)
        return contains(box, [x / times, y / times])
      })
      assert.ok(same)
      for (const [i, [x, y]] of landmarks.entries()) {
        const [otherX, otherY] = same.landmarks[i]!
        assert.ok(Math.hypot(otherX / times - x, otherY / times - y) < 0.08 * box.width, `landmark ${i}`)
      }
    }
  }
})

test('the pose follows the head', async () => {
  const anna = await portraits.anna()
  const [face] = (await detect(anna)).faces
  const [mirrored] = (await detect(await sharp(anna).flop().jpeg({ quality: 95 }).toBuffer())).faces
  assert.ok(face && mirrored)
  // She looks to the left side of the photo, her head tilted.
  assert.ok(face.pose.yaw < -8 && mirrored.pose.yaw > 8, `${face.pose.yaw}, ${mirrored.pose.yaw}`)
  assert.ok(face.pose.roll > 5 && mirrored.pose.roll < -5, `${face.pose.roll}, ${mirrored.pose.roll}`)
  const bella = await portraits.bella()
  const [before] = (await detect(bella)).faces
  const tilted = await sharp(bella).rotate(20, { background: '#8a8880' }).jpeg().toBuffer()
  const [after] = (await detect(tilted)).faces
  assert.ok(Math.abs(after!.pose.roll - before!.pose.roll - 20) < 6, `${before!.pose.roll}, ${after!.pose.roll}`)
})

test('quality and advice are those of a registration', async () => {
  const server = await app()
  const small = await scene({ portrait: await portraits.bella(), faceWidth: 36, x: 320, y: 240 })
  const dark = await sharp(await portraits.bella()).linear(1 / 8, 0).jpeg().toBuffer()
  for (const photo of [await portraits.anna(), small, dark]) {
    const [face] = (await detect(photo)).faces
    assert.ok(face)
    assert.equal(face.quality, Math.min(...Object.values(face.quality_measures)))
    const registration = await server.inject(multipart('/register-face', { user_id: '1', photo }))
    const { message } = registration.json<{ message: string }>()
    if (face.advice.length === 0) assert.equal(registration.statusCode, 200, message)
    else {
      assert.equal(registration.statusCode, 422)
      for (const { message: advice } of face.advice.slice(0, 1)) {
        assert.ok(message.toLowerCase().includes(advice.toLowerCase()), `${message} / ${advice}`)
      }
    }
    await server.inject({ method: 'DELETE', url: '/face/1' })
  }
  assert.deepEqual((await detect(small)).faces[0]?.advice[0]?.measure, 'size')
  assert.ok((await detect(dark)).faces[0]?.advice.some(({ measure }) => measure === 'illumination'))
})

test('all ways of sending a photo give the same answer, and limits are kept', async () => {
  const server = await app()
  const photo = await portraits.clara()
  const expected = await detect(photo)
  for (const request of [
    { method: 'POST', url: '/detect', payload: { photo: dataUri(photo) } },
    { method: 'POST', url: '/detect?max_faces=32', payload: photo, headers: { 'content-type': 'image/jpeg' } }
  ] as InjectOptions[]) assert.deepEqual((await server.inject(asAdmin(request))).json(), expected)
  for (const query of ['0', '33', '1.5', 'all', '']) {
    const response = await server.inject(asAdmin(multipart(`/detect?max_faces=${query}`, { photo })))
    assert.deepEqual([response.statusCode, response.json<{ code: string }>().code], [400, 'INVALID_REQUEST'], query)
  }
  const found = /face_faces_found_count (\d+)/.exec((await server.inject('/metrics')).body)?.[1]
  assert.ok(Number(found) >= 3)
})

test('of dlib\'s group photos every labelled face is found, and nothing else', { skip: WITHOUT_FACES }, async () => {
  const xml = await readFile(labelledPath('groups/dlib_faces/testing.xml'), 'utf8')
  let count = 0
  for (const [, file, body = ''] of xml.matchAll(/<image file='([^']+)'[^>]*>([^]*?)<\/image>/g)) {
    const number = (text: string, name: string): number => Number(RegExp(`${name}='(-?\\d+)'`).exec(text)?.[1])
    const boxes = [...body.matchAll(/<box [^>]*>/g)].map(([box]) => ({
      left: number(box, 'left'), top: number(box, 'top'), width: number(box, 'width'), height: number(box, 'height')
    }))
    const { faces } = await detect(await labelled(`groups/dlib_faces/${file}`), '?max_faces=32')
    for (const box of boxes) assert.ok(faces.some((face) => isSame(face.box, box)), `${file}: ${box.left}, ${box.top}`)
    for (const { box } of faces) assert.ok(boxes.some((known) => isSame(box, known)), `${file}: ${box.left}`)
    count += boxes.length
  }
  assert.ok(count > 10, `${count}`)
})
