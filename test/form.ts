import type { InjectOptions } from 'fastify'

/** A `multipart/form-data` request: buffers become files, texts become fields, lists several of one name. */
export function multipart (
  url: string, fields: Record<string, Buffer | string | Buffer[]>
): InjectOptions & { payload: Buffer } {
  const boundary = 'face-server-test-boundary'
  const single = Object.entries(fields).flatMap(([name, value]) => (
    (Array.isArray(value) ? value : [value]).map((one) => [name, one] as const)
  ))
  const parts = single.flatMap(([name, value]) => [
    Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"` +
      (typeof value === 'string' ? '\r\n\r\n' : `; filename="${name}.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`)),
    Buffer.from(value),
    Buffer.from('\r\n')
  ])
  return {
    method: 'POST',
    url,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    payload: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)])
  }
}
