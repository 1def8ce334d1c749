// Judges what `DeviceAgent.Simulator --once --json OPTION...` wrote about its sample. Usage: node .ci/verdict.mjs issued|held|in-doubt|nothing FILE [OPTION...]
import { readFileSync } from 'node:fs';

const [kind, file, ...options] = process.argv.slice(2);
const output = readFileSync(file, 'utf8');
let verdict;
try {
  verdict = JSON.parse(output); // one JSON object and nothing else
} catch (e) {
  console.error(`standard output is not one JSON object (${e.message}):\n${output}`);
  process.exit(1);
}

const journey = options.includes('--journey') ? options[options.indexOf('--journey') + 1] : 'bus';
const given = {
  bus: { tickets: 2, slips: 0, station: options.includes('--station') ? 'confirmed' : null },
  'bus-return': { tickets: 2, slips: 1, returns: 1, station: 'confirmed' },
  ship: { tickets: 3, slips: 0, failedTickets: 0 },
  train: { tickets: 2, slips: 0, failedTickets: 1 },
}[journey];
const issued = { journey, ...given, duplicates: 0, reports: 1, ledger: 'success', journal: 'confirmed', agree: true, inDoubt: false };
const nothing = { journey, tickets: 0, slips: 0, duplicates: 0, reports: 0, ledger: 'none', agree: true, inDoubt: false };
const expected = { issued, held: issued, nothing, 'in-doubt': { journey, duplicates: 0, agree: true, inDoubt: true } }[kind];
const wrong = Object.entries(expected).filter(([name, value]) => verdict?.[name] !== value).map(([name, value]) => `${name} is ${JSON.stringify(verdict?.[name])}, not ${value}`);
if (kind === 'held' && !(verdict?.heldInOutbox >= 1)) wrong.push('nothing waited in the outbox while the net was down');
if (wrong.length > 0) {
  console.error(`${wrong.join('\n')}\n${output}`);
  process.exit(1);
}
