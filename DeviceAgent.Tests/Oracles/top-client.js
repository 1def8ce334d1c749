// Calls a gateway with an independent client. Input: {client, url, appKey, secret, calls: [{method, params}]}.
// Output: [{sent, answer} | {sent, error}]; "sent" is the form body, recorded on the way.
// Both clients sign with md5 and write local time: run with TZ=Asia/Shanghai.
const http = require('http');
const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const target = new URL(input.url);
let sent = '';

const recorder = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', chunk => chunks.push(chunk)).on('end', () => {
    const body = Buffer.concat(chunks);
    sent = body.toString('latin1');
    http.request({ host: target.hostname, port: target.port, path: request.url, method: request.method, headers: request.headers }, answer => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    }).end(body);
  });
});

recorder.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${recorder.address().port}${target.pathname}`;
  const results = [];
  for (const { method, params } of input.calls) {
    try {
      results.push({ answer: await call(url, method, params), sent });
    } catch (error) {
      results.push({ error: { code: error.code, message: error.message }, sent });
    }
  }
  process.stdout.write(JSON.stringify(results), () => process.exit(0));
});

function call(url, method, params) {
  if (input.client === 'topsdk') {
    const TopClient = require('topsdk');
    return new TopClient(input.appKey, input.secret, { endpoint: url, useValidators: false }).execute(method, { ...params });
  }
  const TopClient = require('node-taobao-topclient').default;
  return new TopClient({ appkey: input.appKey, appsecret: input.secret, REST_URL: url }).execute(method, { ...params });
}
