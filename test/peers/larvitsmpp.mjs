// A message centre of somebody else's making: the `larvitsmpp` package, which reads and writes PDUs with code of its own.
// A process of its own, as its server cannot be closed. Tells on standard output what it gets, a JSON text in each line.
import process from 'node:process';
import larvitsmpp from 'larvitsmpp';

const nothing = () => undefined;
const log = { silly: nothing, debug: nothing, verbose: nothing, info: nothing, warn: nothing, error: nothing };
const [port, systemId, password] = process.argv.slice(2);
const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const options = {
  host: '127.0.0.1',
  port: Number(port),
  log,
  checkuserpass: (user, pass, done) => done(null, user === systemId && pass === password),
};
larvitsmpp.server(options, (_, session) => {
  session.on('login', () => tell({ bound: true }));
  session.on('close', () => tell({ closed: true }));
  session.on('sms', (sms) => {
    const { from, to, message, dlr } = sms;
    tell({ from, to, message: String(message), dlr, parts: sms.pduObjs.length });
    sms.smsId = `larvit-${to}`;
    sms.sendResp(() => dlr && sms.sendDlr(!String(message).includes('undeliverable')));
  });
});
tell({ listening: true });
