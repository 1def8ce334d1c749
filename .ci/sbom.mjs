// Writes sbom.cdx.json (CycloneDX 1.6) and THIRD-PARTY-NOTICES.md from the agent's lock file and the restored packages.
// Usage: node .ci/sbom.mjs [--check]   (--check writes nothing and fails when the files in the repository differ)
// No times and no random numbers: the same packages make the same bytes. Packages of the simulator, the tests and the benchmarks are not shipped.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const packagesFolder = process.env.NUGET_PACKAGES ?? join(homedir(), '.nuget', 'packages');
const read = (...path) => readFileSync(join(...path), 'utf8').replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function fail(message) {
  console.error(message);
  process.exit(1);
}

const entities = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' };
const unescape = xml => xml.replace(/&(lt|gt|quot|apos|amp);/g, e => entities[e]).trim();
const element = (xml, name) => {
  const found = new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`).exec(xml);
  return found === null ? null : unescape(found[1]);
};

/** Everything that the lock file resolves for the agent, by lower-case name; what differs by platform comes along. */
function locked() {
  const all = new Map();
  for (const target of Object.values(JSON.parse(read(root, 'DeviceAgent', 'packages.lock.json')).dependencies)) {
    for (const [name, entry] of Object.entries(target)) all.set(name.toLowerCase(), { name, ...entry, ...all.get(name.toLowerCase()) });
  }
  return all;
}

/** The packages behind an entry's dependencies: a project stands for its own. */
const behind = (all, dependencies) => Object.keys(dependencies ?? {})
  .map(name => all.get(name.toLowerCase()))
  .flatMap(entry => (entry === undefined ? [] : entry.type === 'Project' ? behind(all, entry.dependencies) : [entry]));

/** What the agent references itself. PrivateAssets="all" marks what only the build needs. */
function direct(all) {
  const references = read(root, 'DeviceAgent', 'DeviceAgent.csproj').match(/<PackageReference [^>]*>/g);
  const ofTheBuild = references.filter(r => /PrivateAssets="all"/i.test(r)).map(r => /Include="([^"]*)"/.exec(r)[1].toLowerCase());
  const own = [...all].filter(([key, e]) => (e.type === 'Direct' || e.type === 'Project') && !ofTheBuild.includes(key));
  return behind(all, Object.fromEntries(own));
}

/** The packages that are shipped: all that the direct ones lead to, by name. */
function shipped(all) {
  const found = new Set();
  const waiting = direct(all);
  while (waiting.length > 0) {
    const entry = waiting.pop();
    if (found.has(entry)) continue;
    found.add(entry);
    waiting.push(...behind(all, entry.dependencies));
  }
  return [...found].sort((a, b) => order(a.name.toLowerCase(), b.name.toLowerCase()));
}

function describe({ name, resolved: version, contentHash }) {
  const folder = join(packagesFolder, name.toLowerCase(), version.toLowerCase());
  if (!existsSync(folder)) fail(`${name} ${version} is not restored: run 'dotnet restore' first`);
  const nuspec = read(folder, `${name.toLowerCase()}.nuspec`);
  const licence = /<license type="(expression|file)"[^>]*>([^<]*)<\/license>/.exec(nuspec);
  if (licence === null) fail(`${name} ${version} does not say what its licence is`);
  const isFile = licence[1] === 'file';
  const id = isFile ? null : unescape(licence[2]);
  if (id !== null && !existsSync(join(here, 'licences', `${id}.txt`))) fail(`${name} ${version} has the licence ${id}: read it, and put its text into .ci/licences if the agent may ship it`);
  const texts = readdirSync(folder).filter(f => /^(licen[cs]e|notice|third-?party)/i.test(f)).sort(order).map(f => ({ file: f, text: read(folder, f).trim() }));
  if (isFile && texts.length === 0) fail(`${name} ${version} names a licence file and does not ship it`);
  const repository = /<repository [^>]*\burl="([^"]*)"/.exec(nuspec);
  return {
    name, version, id, texts, licenceFile: isFile ? unescape(licence[2]) : null,
    purl: `pkg:nuget/${name}@${version}`,
    sha512: Buffer.from(contentHash, 'base64').toString('hex'),
    authors: element(nuspec, 'authors'),
    copyright: element(nuspec, 'copyright'),
    website: element(nuspec, 'projectUrl'),
    repository: repository === null ? null : unescape(repository[1]),
  };
}

function bom(all, packages) {
  const node = (ref, entries) => ({ ref, dependsOn: [...new Set(entries.map(e => `pkg:nuget/${e.name}@${e.resolved}`))].sort(order) });
  const version = element(read(root, 'Directory.Build.props'), 'Version');
  const agent = `device-agent@${version}`;
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': agent, name: 'device-agent', version, licenses: [{ license: { id: 'MIT' } }] } },
    components: packages.map(p => ({
      type: 'library',
      'bom-ref': p.purl,
      authors: p.authors === null ? undefined : [{ name: p.authors }],
      name: p.name,
      version: p.version,
      hashes: [{ alg: 'SHA-512', content: p.sha512 }],
      licenses: [p.id === null ? { license: { name: p.licenceFile, text: { contentType: 'text/plain', content: p.texts[0].text } } } : /\s/.test(p.id) ? { expression: p.id } : { license: { id: p.id } }],
      copyright: p.copyright ?? undefined,
      purl: p.purl,
      externalReferences: [['website', p.website], ['vcs', p.repository]].filter(([, url]) => url !== null).map(([type, url]) => ({ type, url })),
    })),
    dependencies: [
      node(agent, direct(all)),
      ...packages.map(p => node(p.purl, behind(all, all.get(p.name.toLowerCase()).dependencies))),
    ],
  };
}

function notices(packages) {
  const quote = text => `\`\`\`\n${text}\n\`\`\``;
  const section = p => [
    `## ${p.name} ${p.version}`,
    [
      `- Licence: ${p.id ?? `${p.licenceFile}, below`}`,
      p.copyright === null ? null : `- Copyright: ${p.copyright}`,
      p.website ?? p.repository ? `- Project: ${p.website ?? p.repository}` : null,
    ].filter(line => line !== null).join('\n'),
    ...p.texts.map(t => quote(t.text)),
  ].join('\n\n');
  const licences = [...new Set(packages.map(p => p.id).filter(id => id !== null))].sort(order);
  return [
    '# Third-party notices',
    'The agent is shipped with the packages below. This file is made from the lock file by `node .ci/sbom.mjs`; do not edit it.\nThe simulator, the tests and the benchmarks use more packages, which are not shipped with the agent.',
    ...packages.map(section),
    ...licences.map(id => `## The text of ${id}\n\n${quote(read(here, 'licences', `${id}.txt`).trimEnd())}`),
  ].join('\n\n') + '\n';
}

const all = locked();
const packages = shipped(all).map(describe);
const files = { 'sbom.cdx.json': `${JSON.stringify(bom(all, packages), null, 2)}\n`, 'THIRD-PARTY-NOTICES.md': notices(packages) };
const check = process.argv.includes('--check');
const stale = Object.entries(files).filter(([name, text]) => !existsSync(join(root, name)) || readFileSync(join(root, name), 'utf8') !== text);
for (const [name, text] of stale) {
  if (check) console.error(`${name} is not up to date: run 'node .ci/sbom.mjs' and commit it`);
  else writeFileSync(join(root, name), text);
}
console.log(`${packages.length} packages, ${stale.length} files ${check ? 'out of date' : 'written'}`);
process.exit(check && stale.length > 0 ? 1 : 0);
