import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { availableCores } from '../../src/available-cores.ts'
import { temporaryFolder } from '../helper.ts'

const CORES = 16

/** What a machine with sixteen cores and these files says. */
async function coresWith (t: TestContext, files: Readonly<Record<string, string>>): Promise<number> {
  const root = await temporaryFolder(t)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), `${text}\n`)
  }
  return availableCores(root, CORES)
}

const CASES: ReadonlyArray<[what: string, cores: number, files: Readonly<Record<string, string>>]> = [
  ['no control groups', 16, {}],
  ['version 2, its own group mounted as the root', 4, {
    'proc/self/cgroup': '0::/', 'sys/fs/cgroup/cpu.max': '400000 100000'
  }],
  ['version 2 without a limit', 16, { 'proc/self/cgroup': '0::/', 'sys/fs/cgroup/cpu.max': 'max 100000' }],
  ['version 2, a core and a half', 2, { 'proc/self/cgroup': '0::/', 'sys/fs/cgroup/cpu.max': '150000 100000' }],
  ['version 2, a tenth of a core', 1, { 'proc/self/cgroup': '0::/', 'sys/fs/cgroup/cpu.max': '10000 100000' }],
  ['version 2, more than there are cores', 16, {
    'proc/self/cgroup': '0::/', 'sys/fs/cgroup/cpu.max': '6400000 100000'
  }],
  ['version 2, the narrowest of nested groups', 3, {
    'proc/self/cgroup': '0::/kubepods.slice/pod1.slice/container',
    'sys/fs/cgroup/kubepods.slice/cpu.max': '800000 100000',
    'sys/fs/cgroup/kubepods.slice/pod1.slice/cpu.max': '150000 50000',
    'sys/fs/cgroup/kubepods.slice/pod1.slice/container/cpu.max': 'max 100000',
    'sys/fs/cgroup/other.slice/cpu.max': '100000 100000'
  }],
  ['version 2, a group beside the one that is mounted', 2, {
    'proc/self/cgroup': '0::/../sibling', 'sys/fs/cgroup/cpu.max': '200000 100000', 'sys/fs/cpu.max': '100000 100000'
  }],
  ['version 1, a path that exists outside the container only', 2, {
    'proc/self/cgroup': '12:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc',
    'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '200000',
    'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000'
  }],
  ['version 1, nested groups, the controller mounted alone', 3, {
    'proc/self/cgroup': '3:cpuset:/\n2:cpu:/system.slice/face.service',
    'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
    'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
    'sys/fs/cgroup/cpu/system.slice/face.service/cpu.cfs_quota_us': '250000',
    'sys/fs/cgroup/cpu/system.slice/face.service/cpu.cfs_period_us': '100000'
  }],
  ['version 1 without a limit, beside an empty version 2', 16, {
    'proc/self/cgroup': '2:cpuacct,cpu:/\n0::/user.slice',
    'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
    'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000'
  }],
  ['files that say nothing', 16, { 'proc/self/cgroup': '0::/\nnonsense', 'sys/fs/cgroup/cpu.max': '' }]
]

for (const [what, cores, files] of CASES) {
  test(`cores that a container may use: ${what}`, async (t) => {
    assert.equal(await coresWith(t, files), cores)
  })
}

test('of this machine there are never more cores than it has', () => {
  const cores = availableCores()
  assert.ok(cores >= 1 && cores <= availableParallelism())
})
