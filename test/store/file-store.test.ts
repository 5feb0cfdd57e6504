import { createFileStore } from '../../src/store/folder/file-store.ts'
import { storeContract } from './contract.ts'
import { newKeys, memoryFolder } from './helper.ts'

storeContract('file store', async (t) => {
  const dir = await memoryFolder(t)
  return () => createFileStore({ dir })
})

storeContract('encrypted file store', async (t) => {
  const dir = await memoryFolder(t)
  const keys = newKeys()
  return () => createFileStore({ dir, keys })
})
