// The measure of a fair distribution: node:cluster with its round-robin. The first argument is the number of workers.
import cluster from 'node:cluster';
import { createServer } from 'node:http';

if (cluster.isPrimary) {
  let ready = 0;
  const workers = Number(process.argv[2]);
  for (let n = 0; n < workers; n++) cluster.fork();
  cluster.on('listening', (_worker, address) => {
    ready += 1;
    if (ready === workers) process.send?.(address.port);
  });
  process.on('disconnect', () => process.exit());
} else {
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ version: 1, pid: process.pid }));
  });
  server.listen(0);
}
