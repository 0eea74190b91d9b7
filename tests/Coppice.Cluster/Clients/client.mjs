// Tries what npm's @kubernetes/client-node does with a cluster. usage: client.mjs LIBRARY NAMESPACE
//
// LIBRARY is the library's index.js. Prints a line for each thing tried: "ok NAME", or "failed NAME: why". KUBECONFIG says where the
// cluster is.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { PassThrough, Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'

const [library, namespace] = process.argv.slice(2)
const k8s = await import(library)
const config = new k8s.KubeConfig()
config.loadFromDefault()
const core = config.makeApiClient(k8s.CoreV1Api)
const apps = config.makeApiClient(k8s.AppsV1Api)
const objects = k8s.KubernetesObjectApi.makeApiClient(config)
const patience = 120_000

const configMap = (name, data = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data })
const pod = (name, ...args) => ({
    metadata: { name, labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'app', image: 'coppice/testapp:1', args }] },
})

async function eventually(what, look) {
    for (const deadline = Date.now() + patience; Date.now() < deadline; await pause(100)) {
        if (await look()) return
    }
    throw new Error(`never: ${what}`)
}

function collected() {
    let text = ''
    const stream = new Writable({ write(part, _, done) { text += part; done() } })
    return { stream, get text() { return text } }
}

async function refusal(promise) {
    try {
        await promise
    } catch (error) {
        return { code: error.code, ...(typeof error.body === 'string' ? JSON.parse(error.body) : error.body) }
    }
    throw new Error('not refused')
}

async function run(command, { input = null, tty = false } = {}) {
    const [out, err] = [collected(), collected()]
    const status = await new Promise((ended, failed) =>
        new k8s.Exec(config).exec(namespace, 'web', 'app', command, out.stream, err.stream, input, tty, ended).catch(failed))
    return { out: out.text, err: err.text, status }
}

const trials = {
    async versions_and_discovery() {
        assert.equal((await config.makeApiClient(k8s.VersionApi).getCode()).major, '1')
        assert((await config.makeApiClient(k8s.ApisApi).getAPIVersions()).groups.some(group => group.name === 'apps'))
        assert((await apps.getAPIResources()).resources.some(resource => resource.name === 'deployments/scale'))
        assert(await new k8s.Health(config).readyz({}))
    },

    async create_read_replace_delete() {
        const made = await core.createNamespacedConfigMap({ namespace, body: configMap('typed', { key: 'value' }) })
        assert(made.metadata.creationTimestamp instanceof Date)
        made.data.key = 'other'
        await core.replaceNamespacedConfigMap({ name: 'typed', namespace, body: made })
        assert.equal((await core.readNamespacedConfigMap({ name: 'typed', namespace })).data.key, 'other')
        assert.equal((await core.deleteNamespacedConfigMap({ name: 'typed', namespace })).status, 'Success')
    },

    async pages_of_a_list() {
        for (const number of [0, 1, 2]) {
            await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: `page-${number}`, labels: { page: 'yes' } } } })
        }
        const names = []
        let token
        do {
            const page = await core.listNamespacedConfigMap({ namespace, labelSelector: 'page=yes', limit: 2, _continue: token })
            names.push(...page.items.map(item => item.metadata.name))
            token = page.metadata._continue
        } while (token)
        assert.deepEqual(names, ['page-0', 'page-1', 'page-2'])
    },

    async refusals_say_why() {
        const bad = await refusal(core.createNamespacedConfigMap({ namespace, body: configMap('Not A Name') }))
        assert.deepEqual([bad.code, bad.reason, bad.details.causes[0].field], [422, 'Invalid', 'metadata.name'])
        const missing = await refusal(core.readNamespacedPod({ name: 'nobody', namespace }))
        assert.deepEqual([missing.code, missing.reason], [404, 'NotFound'])
    },

    async patches_of_each_type() {
        await core.createNamespacedConfigMap({ namespace, body: configMap('patched', { a: '1' }) })
        const patch = (strategy, body, more) => core.patchNamespacedConfigMap(
            { name: 'patched', namespace, body, ...more }, k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy[strategy]))
        assert.deepEqual((await patch('MergePatch', { data: { b: '2' } })).data, { a: '1', b: '2' })
        assert.deepEqual((await patch('JsonPatch', [{ op: 'remove', path: '/data/a' }])).data, { b: '2' })
        assert.deepEqual((await patch('StrategicMergePatch', { data: { c: '3' } })).data, { b: '2', c: '3' })
        assert.deepEqual((await patch('ServerSideApply', configMap('patched', { d: '4' }), { fieldManager: 'js' })).data, { b: '2', c: '3', d: '4' })
        const conflict = await refusal(patch('ServerSideApply', configMap('patched', { d: '5' }), { fieldManager: 'other' }))
        assert.deepEqual([conflict.code, conflict.details.causes[0].reason], [409, 'FieldManagerConflict'])
    },

    async objects_of_any_kind() {
        const yaml = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop, namespace: ' + namespace + '}\nspec:\n  replicas: 0\n'
            + '  selector: {matchLabels: {app: shop}}\n  template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: app, image: "coppice/testapp:1"}]}}\n'
        const deployment = k8s.loadYaml(yaml)
        await objects.create(deployment)
        deployment.spec.replicas = 1
        deployment.spec.template.spec.containers[0].args = ['serve']
        await objects.patch(deployment, undefined, undefined, 'js', true, k8s.PatchStrategy.ServerSideApply)
        assert.equal((await objects.list('apps/v1', 'Deployment', namespace)).items[0].spec.replicas, 1)
        await eventually('the deployment is ready', async () => (await apps.readNamespacedDeployment({ name: 'shop', namespace })).status.readyReplicas === 1)
        const scale = await apps.readNamespacedDeploymentScale({ name: 'shop', namespace })
        assert.equal(scale.status.replicas, 1)
        await apps.replaceNamespacedDeploymentScale({ name: 'shop', namespace, body: { ...scale, spec: { replicas: 0 } } })
        await objects.delete(deployment)
    },

    async watch_of_changes() {
        const seen = []
        const { metadata: { resourceVersion } } = await core.listNamespacedConfigMap({ namespace })
        const path = `/api/v1/namespaces/${namespace}/configmaps`
        let end
        const ended = new Promise(done => { end = done })
        const watch = await new k8s.Watch(config).watch(path, { resourceVersion, allowWatchBookmarks: true }, (phase, item) => {
            if (phase !== 'BOOKMARK') seen.push(`${phase} ${item.metadata.name}`)
        }, end)
        await core.createNamespacedConfigMap({ namespace, body: configMap('watched') })
        await core.deleteNamespacedConfigMap({ name: 'watched', namespace })
        await eventually('both events', () => seen.length === 2)
        watch.abort()
        await ended
        assert.deepEqual(seen, ['ADDED watched', 'DELETED watched'])
    },

    async informer() {
        const path = `/api/v1/namespaces/${namespace}/pods`
        const informer = k8s.makeInformer(config, path, () => core.listNamespacedPod({ namespace }))
        const seen = []
        for (const verb of ['add', 'update', 'delete']) informer.on(verb, item => seen.push(`${verb} ${item.metadata.name}`))
        await informer.start()
        await core.createNamespacedPod({ namespace, body: pod('web', 'serve') })
        await core.createNamespacedPod({ namespace, body: pod('talks', 'write', '20') })
        for (const name of ['web', 'talks']) {
            await eventually(`${name} runs`, () => informer.get(name, namespace)?.status.containerStatuses?.[0].ready)
            assert(seen.includes(`add ${name}`) && seen.includes(`update ${name}`), `${seen}`)
        }
        await informer.stop()
    },

    async exec_with_its_exit_code() {
        const { out, err, status } = await run(['sh', '-c', 'echo out; echo err >&2; exit 3'])
        assert.deepEqual([out, err, status.status, status.details.causes[0].message], ['out\n', 'err\n', 'Failure', '3'])
        assert.equal((await run(['true'])).status.status, 'Success')
    },

    async exec_with_input() {
        const input = new PassThrough()
        input.end('coppiced\n')
        assert.equal((await run(['tr', 'a-z', 'A-Z'], { input })).out, 'COPPICED\n')
    },

    async exec_in_a_terminal() {
        assert.match((await run(['tty'], { tty: true })).out, /^\/dev\/pts\//)
    },

    async attach() {
        const said = collected()
        const socket = await new k8s.Attach(config).attach(namespace, 'talks', 'app', said.stream, said.stream, null, false)
        await eventually('a line', () => said.text.includes('line '))
        socket.close()
    },

    async logs_as_they_come() {
        const said = collected()
        const log = await new k8s.Log(config).log(namespace, 'talks', 'app', said.stream, { follow: true })
        await eventually('ten lines', () => said.text.split('\n').length > 10)
        log.abort()
        assert.match(said.text, /^line 1 .*\nline 2 /)
        const last = (await core.readNamespacedPodLog({ name: 'talks', namespace, tailLines: 3 })).trim().split('\n')
        assert(last.length >= 3 && Number(last[0].split(' ')[1]) >= 8, `${last}`) // what is printed while it is read may come, too
    },

    async port_forward() {
        const forward = new k8s.PortForward(config)
        const server = createServer(socket => { forward.portForward(namespace, 'web', [8080], socket, null, socket) }).listen(0, '127.0.0.1')
        await once(server, 'listening')
        const client = connect(server.address().port, '127.0.0.1')
        client.write('GET /hostname HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n')
        let answer = ''
        client.on('data', part => { answer += part })
        await eventually('an answer', () => answer.trimEnd().endsWith('\r\n\r\nweb'))
        client.destroy()
        server.close()
    },

    async figures() {
        const metrics = new k8s.Metrics(config)
        await eventually('figures of the pods', async () => (await metrics.getPodMetrics(namespace)).items.some(item => item.metadata.name === 'web'))
        assert.match((await metrics.getNodeMetrics()).items[0].usage.memory, /^\d+Ki$/)
        await eventually('what the pods use', async () => (await k8s.topPods(core, metrics, namespace)).some(item => item.Pod.metadata.name === 'web' && item.Memory.CurrentUsage > 0))
        assert((await k8s.topNodes(core))[0].CPU.Capacity >= 1)
    },

    async evict() {
        await core.createNamespacedPodEviction({ name: 'talks', namespace, body: { metadata: { name: 'talks' } } })
    },

    async custom_resources() {
        const group = `${namespace}.js.example.com`
        const definitions = config.makeApiClient(k8s.ApiextensionsV1Api)
        const schema = {
            type: 'object',
            properties: { spec: { type: 'object', properties: { lives: { type: 'integer', maximum: 9, _default: 7 } } }, status: { type: 'object', x_kubernetes_preserve_unknown_fields: true } },
        }
        await definitions.createCustomResourceDefinition({ body: {
            metadata: { name: `cats.${group}` },
            spec: {
                group, scope: 'Namespaced', names: { plural: 'cats', kind: 'Cat' },
                versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: schema } }],
            },
        } })
        try {
            await eventually('the kind', async () => (await definitions.readCustomResourceDefinition({ name: `cats.${group}` })).status?.conditions
                ?.some(condition => condition.type === 'Established' && condition.status === 'True'))
            const custom = config.makeApiClient(k8s.CustomObjectsApi)
            const cats = { group, version: 'v1', namespace, plural: 'cats' }
            const tom = await custom.createNamespacedCustomObject({ ...cats, body: { apiVersion: `${group}/v1`, kind: 'Cat', metadata: { name: 'tom' }, spec: {} } })
            assert.equal(tom.spec.lives, 7)
            await custom.replaceNamespacedCustomObjectStatus({ ...cats, name: 'tom', body: { ...tom, status: { asleep: true } } })
            assert.equal((await custom.listNamespacedCustomObject(cats)).items[0].status.asleep, true)
            const refused = await refusal(custom.patchNamespacedCustomObject(
                { ...cats, name: 'tom', body: { spec: { lives: 10 } } }, k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch)))
            assert.equal(refused.code, 422)
            assert.equal((await objects.read({ apiVersion: `${group}/v1`, kind: 'Cat', metadata: { name: 'tom', namespace } })).spec.lives, 7)
        } finally {
            await definitions.deleteCustomResourceDefinition({ name: `cats.${group}` })
        }
    },
}

for (const [name, trial] of Object.entries(trials)) {
    try {
        await trial()
        console.log(`ok ${name}`)
    } catch (error) {
        console.log(`failed ${name}: ${String(error.stack).replaceAll('\n', ' ')}`)
    }
}
process.exit()
