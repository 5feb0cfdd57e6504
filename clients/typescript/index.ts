export * from './client.ts'
export { FaceServerError } from './error.ts'
export type { ErrorCode, Operations } from './operations.ts'
export type { Progress } from './transport.ts'
