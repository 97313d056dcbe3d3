import t from 'tap'
import { usableCpus } from '../../src/runtime/usable-cpus.js'

const files = (texts: Record<string, string>) => (path: string): string | undefined => texts[path]

t.test('without a quota the affinity mask decides', async t => {
  t.equal(usableCpus(files({}), 8), 8)
  t.equal(usableCpus(files({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' }), 8), 8)
  t.ok(usableCpus() >= 1)
})

t.test('a cgroup v2 quota cuts it, rounded down, but never below 1', async t => {
  const quota = (text: string) => files({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': text })
  t.equal(usableCpus(quota('200000 100000'), 8), 2)
  t.equal(usableCpus(quota('350000 100000'), 8), 3)
  t.equal(usableCpus(quota('50000 100000'), 8), 1)
  t.equal(usableCpus(quota('1600000 100000'), 8), 8)
})

t.test('the least quota of all groups above counts', async t => {
  t.equal(usableCpus(files({
    '/proc/self/cgroup': '0::/kubepods/pod1/box\n',
    '/sys/fs/cgroup/kubepods/pod1/cpu.max': '100000 100000',
    '/sys/fs/cgroup/kubepods/pod1/box/cpu.max': '400000 100000'
  }), 8), 1)
})

t.test('a cgroup v1 quota is read from the container\'s own mount or below it', async t => {
  const cgroup = '12:memory:/docker/abc\n5:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n'
  t.equal(usableCpus(files({
    '/proc/self/cgroup': cgroup,
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '150000',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000'
  }), 4), 1)
  t.equal(usableCpus(files({
    '/proc/self/cgroup': cgroup,
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000',
    '/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us': '300000',
    '/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us': '100000'
  }), 4), 3)
})
