import assert from 'node:assert/strict';
import type { Project } from '../support/project.js';
import type { Where } from '../support/where.js';
import { asks, graphql, json, opens, text } from './ask.js';

/** An app as its framework's own starter has it.. */
export interface App {
  readonly fixture: string;
  readonly entry: string;
  /** What is edited. */
  readonly file: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly before?: (project: Project) => Promise<void>;
  /** Not on every version of node. */
  readonly needs?: () => boolean;
  readonly probe: (where: Where, edition: number) => Promise<void>;
}

const cats = async (where: Where, edition: number): Promise<void> => {
  assert.equal(await text(where, '/'), `Hello World! ${edition}`);
  // Injected by their types; the columns have the types of their properties.
  assert.deepEqual(await json(where, '/cats'), []);
  const { body } = await asks(where, '/cats', { name: 'Tom', age: 3 });
  const cat = JSON.parse(body) as { born: string };
  assert.ok(Date.parse(cat.born) > 0);
  const expected = { id: 1, name: 'Tom', age: 3, purrs: true, owner: { id: 1, name: 'nobody' } };
  assert.deepEqual({ ...cat, born: null }, { ...expected, born: null });
  assert.deepEqual(await json(where, '/cats'), [cat]);
  assert.deepEqual(await json(where, '/twice/21'), { twice: 42 });
  assert.equal((await asks(where, '/twice/x')).status, 400);
};

const express = async (where: Where, edition: number): Promise<void> => {
  assert.equal(await text(where, '/'), 'Hello World!');
  assert.equal(await text(where, '/hello.txt'), 'a static file\n');
  assert.deepEqual(await json(where, '/users/7'), { id: '7', greeting: `hello ${edition}` });
  assert.deepEqual(JSON.parse((await asks(where, '/users', { name: 'Tom' })).body), { name: 'Tom' });
  const failed = await asks(where, '/users');
  assert.equal(failed.status, 500);
  assert.match(failed.body, /^Error: no users\n {4}at failing \(.*\/src\/routes\/users\.ts:12:9\)/);
};

const sqlite = (): App['probe'] => {
  let visits = 0;
  return async (where, edition) => {
    visits += 1;
    assert.deepEqual(await json(where, '/'), { greeting: `hello ${edition}`, visits: { n: visits } });
  };
};

const nest = { entry: 'src/main.ts', file: 'src/app.service.ts', probe: cats };

export const apps: Readonly<Record<string, App>> = {
  'Express 4': {
    fixture: 'express',
    entry: 'src/app.ts',
    file: 'src/routes/users.ts',
    before: (project) => project.link('node_modules/express', '../../../../node_modules/express4'),
    probe: express,
  },
  'Express 5': { fixture: 'express', entry: 'src/app.ts', file: 'src/routes/users.ts', probe: express },
  'Fastify with @fastify/autoload': {
    fixture: 'fastify',
    entry: 'src/server.ts',
    file: 'src/routes/example/index.ts',
    async probe(where, edition) {
      assert.deepEqual(await json(where, '/'), { root: true });
      assert.equal(await text(where, '/example'), `this is an example ${edition}, hugs 1`);
      if (edition > 1) assert.equal(await text(where, '/later'), 'a folder that came later');
    },
  },
  Hono: {
    fixture: 'hono',
    entry: 'src/index.ts',
    file: 'src/page.tsx',
    async probe(where, edition) {
      assert.equal(await text(where, '/'), 'Hello Hono!');
      const page = `<html><body><h1 class="title">hello ${edition} you</h1></body></html>`;
      assert.equal(await text(where, '/page'), page);
    },
  },
  Koa: {
    fixture: 'koa',
    entry: 'src/app.ts',
    file: 'src/greet.ts',
    async probe(where, edition) {
      assert.deepEqual(await json(where, '/x'), { greeting: `hello ${edition}`, path: '/x' });
      assert.match((await asks(where, '/')).headers.get('x-response-time') ?? '', /^\d+ms$/);
    },
  },
  'NestJS on Express, TypeORM': { fixture: 'nest-express', ...nest },
  'NestJS on Fastify, TypeORM': { fixture: 'nest-fastify', ...nest },
  tRPC: {
    fixture: 'trpc',
    entry: 'src/index.ts',
    file: 'src/greet.ts',
    async probe(where, edition) {
      const input = (value: object): string => encodeURIComponent(JSON.stringify(value));
      const path = `/greet.hello?input=${input({ name: 'Tom' })}`;
      assert.deepEqual(await json(where, path), { result: { data: `hello ${edition} Tom` } });
      assert.equal((await asks(where, `/greet.hello?input=${input({})}`)).status, 400);
    },
  },
  'GraphQL Yoga, one instance of graphql': {
    fixture: 'yoga',
    entry: 'src/main.ts',
    file: 'src/schema.ts',
    async probe(where, edition) {
      const data = await graphql(where, '/graphql', '{ hello required __typename }');
      assert.deepEqual(data, { hello: `world ${edition}`, required: 7, __typename: 'Query' });
    },
  },
  'GraphQL Yoga, a schema in its language': {
    fixture: 'yoga',
    entry: 'src/main.ts',
    file: 'src/schema.ts',
    env: { SDL: '1' },
    async probe(where, edition) {
      assert.deepEqual(await graphql(where, '/graphql', '{ hello }'), { hello: `sdl ${edition}` });
    },
  },
  'Apollo Server, one instance of graphql': {
    fixture: 'apollo',
    entry: 'src/index.ts',
    file: 'src/resolvers.ts',
    async probe(where, edition) {
      const data = await graphql(where, '/', '{ books { title } shout(text: "oh") }');
      assert.deepEqual(data, { books: [{ title: `The Awakening ${edition}` }], shout: 'OH' });
    },
  },
  'React, rendered on the server': {
    fixture: 'react',
    entry: 'src/server.tsx',
    file: 'src/App.tsx',
    async probe(where, edition) {
      const page = await text(where, '/x');
      assert.match(page, new RegExp(`<h1>hello ${edition} <!-- -->/x</h1><button id="[^"]+" class="dark">`));
      assert.match(page, /<p>loaded<\/p>/);
    },
  },
  'Preact, rendered on the server': {
    fixture: 'preact',
    entry: 'src/server.tsx',
    file: 'src/app.tsx',
    async probe(where, edition) {
      assert.equal(await text(where, '/x'), `<h1>hello ${edition} /x</h1><button class="dark">count 1</button>`);
    },
  },
  'better-sqlite3': {
    fixture: 'better-sqlite3',
    entry: 'src/app.ts',
    file: 'src/greeting.ts',
    needs: () => opens('better-sqlite3'),
    probe: sqlite(),
  },
  'Prisma client': {
    fixture: 'prisma',
    entry: 'src/app.ts',
    file: 'src/greeting.ts',
    needs: () => opens('better-sqlite3'),
    async probe(where, edition) {
      // One post a request: both editions are in one database.
      const posts = ['hello 1', 'hello 2'].slice(0, edition).map((title) => ({ title }));
      const { dirname, ...rest } = (await json(where, '/')) as { dirname: string };
      assert.match(dirname, /\/app\/src\/generated$/);
      assert.deepEqual(rest, {
        greeting: `hello ${edition}`,
        dated: true,
        users: [{ id: 1, email: 'tom@example.org', posts }],
        twice: ['PrismaClientKnownRequestError', 'P2002'],
      });
    },
  },
  'node:sqlite': {
    fixture: 'node-sqlite',
    entry: 'src/app.ts',
    file: 'src/greeting.ts',
    // From 24 on without a warning.
    needs: () => Number(process.versions.node.split('.')[0]) >= 24,
    probe: sqlite(),
  },
};
