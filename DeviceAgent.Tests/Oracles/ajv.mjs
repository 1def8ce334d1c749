// Which of the documents does Ajv, an independent validator, find valid? In: {"schema":…,"documents":[…]}. Out: [true,false,…].
import Ajv2020 from 'ajv/dist/2020.js';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { schema, documents } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
const validate = new Ajv2020({ strict: true, allErrors: false }).compile(schema);
process.stdout.write(JSON.stringify(documents.map((document) => validate(document))));
