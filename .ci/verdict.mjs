// Judges what `DeviceAgent.Simulator --once --json` wrote. Usage: node .ci/verdict.mjs issued|held|in-doubt FILE
import { readFileSync } from 'node:fs';

const [kind, file] = process.argv.slice(2);
const output = readFileSync(file, 'utf8');
let verdict;
try {
  verdict = JSON.parse(output); // one JSON object and nothing else
} catch (e) {
  console.error(`standard output is not one JSON object (${e.message}):\n${output}`);
  process.exit(1);
}

const issued = { tickets: 2, duplicates: 0, ledger: 'success', journal: 'confirmed', agree: true, inDoubt: false };
const expected = { issued, held: issued, 'in-doubt': { duplicates: 0, agree: true, inDoubt: true } }[kind];
const wrong = Object.entries(expected).filter(([name, value]) => verdict?.[name] !== value).map(([name, value]) => `${name} is ${JSON.stringify(verdict?.[name])}, not ${value}`);
if (kind === 'held' && !(verdict?.heldInOutbox >= 1)) wrong.push('nothing waited in the outbox while the net was down');
if (wrong.length > 0) {
  console.error(`${wrong.join('\n')}\n${output}`);
  process.exit(1);
}
