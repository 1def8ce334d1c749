// Every branch of the pure rules is taken by a test. Usage: node .ci/coverage.mjs RUNSETTINGS FOLDER
// RUNSETTINGS lists the classes; FOLDER is searched for coverage.cobertura.xml.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [settings, folder] = process.argv.slice(2);
const include = /<Include>([^<]*)<\/Include>/.exec(readFileSync(settings, 'utf8'))?.[1] ?? '';
const rules = include.split(',').map(c => c.trim().replace(/^\[.*\]/, '')).filter(c => c !== '');
// The trx logger keeps a copy of its own.
const reports = [...new Set(readdirSync(folder, { recursive: true }).filter(f => f.endsWith('coverage.cobertura.xml')).map(f => readFileSync(join(folder, f), 'utf8')))];
if (rules.length === 0 || reports.length !== 1) {
  console.error(`${rules.length} rules in ${settings}, ${reports.length} reports in ${folder}: some rules and one report are needed`);
  process.exit(1);
}

const attribute = (tag, name) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1].replaceAll('&lt;', '<').replaceAll('&gt;', '>');
const classes = reports[0].split('<class ').slice(1).map(xml => {
  const head = xml.slice(0, xml.indexOf('>'));
  // A class repeats the lines of its methods at its end: those are all its lines.
  const lines = xml.slice(xml.lastIndexOf('<lines>')).match(/<line [^>]*>/g) ?? [];
  return { name: attribute(head, 'name'), file: attribute(head, 'filename')?.replace(/^\/_\//, ''), lines };
});

let missed = 0;
for (const rule of rules) {
  // Lambdas, iterators and nested types are classes of their own: Rule/<>c.
  const own = classes.filter(c => c.name === rule || c.name.startsWith(`${rule}/`));
  if (!own.some(c => c.lines.length > 0)) {
    console.error(`${rule} is not in the report: renamed, or never compiled?`);
    missed++;
  }
  for (const { file, lines } of own) {
    for (const line of lines) {
      const condition = attribute(line, 'condition-coverage');
      const problem = attribute(line, 'hits') === '0' ? 'never run' : condition !== undefined && !condition.startsWith('100%') ? `branches ${condition}` : null;
      if (problem === null) continue;
      console.error(`${file}:${attribute(line, 'number')}: ${problem}`);
      missed++;
    }
  }
}
console.log(`${rules.length} classes of pure rules, ${missed} gaps`);
process.exit(missed === 0 ? 0 : 1);
