/** A program that prints the metadata of each kind of type. */
export const files: Readonly<Record<string, string>> = {
  'package.json': '{"type":"module"}',
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      rootDir: 'src',
      outDir: 'out',
      target: 'ES2022',
      module: 'NodeNext',
      lib: ['ESNext'],
      types: [],
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    },
  }),
  'src/reflect.ts': `
    export const found: string[] = [];
    const nameOf = (type: any): string =>
      Array.isArray(type) ? \`[\${type.map(nameOf).join()}]\` : typeof type === 'function' ? type.name : String(type);
    Object.assign(Reflect, {
      metadata: (key: string, value: unknown) => (target: any, name?: PropertyKey) => {
        const owner = typeof target === 'function' ? \`static \${target.name}\` : target.constructor.name;
        found.push(\`\${owner} \${String(name ?? '')} \${key.slice(7)} \${nameOf(value)}\`);
      },
    });
    export const dec = (..._: unknown[]): any => {};
  `,
  'src/types.ts': `
    export class Service {}
    export default class Main {}
    export abstract class Base<T> { abstract value: T }
    export interface Face { a: 1 }
    export type Alias = string;
    export type Shape = { a: number };
    export type Either = Service | Main;
    export enum Level { Low, High }
    export enum Word { Yes = 'yes' }
    export enum Mixed { A, B = 'b' }
    export const enum Fixed { One = 1 }
    export namespace Space { export class Inside {} export interface Only {} }
    export class Generic<T> { t?: T }
    export const Kind = { One: 'one', Two: 'two' } as const;
    export type Kind = (typeof Kind)[keyof typeof Kind];
    export const Schema = { parse: () => 1 };
    export type Schema = { parsed: true };
  `,
  'src/cycle.ts': `
    import { App } from './app.js';
    import { dec } from './reflect.js';
    @dec export class Cycle { constructor(_app: () => App) {} @dec late!: Promise<App>; @dec many!: App[]; }
  `,
  'src/app.ts': `
    import { EventEmitter } from 'node:events';
    import * as http from 'node:http';
    import type { Server } from 'node:http';
    import { dec, found } from './reflect.js';
    import Main, { type Alias, Base, type Either, type Face, Fixed, Generic, Level, Mixed, Service as Renamed, type Shape, Space, Word, Kind, Schema } from './types.js';
    import { Face as Bare, Service as Plain } from './types.js';
    import type { Service as TypeOnly } from './types.js';
    import * as all from './types.js';
    import { Cycle } from './cycle.js';
    class Local { own = 1 }
    interface Here { b: 2 }
    type Text = 'a' | 'b';
    type Pair = [string, number];
    @dec
    export class App {
      @dec text!: string;
      @dec literal!: 'a';
      @dec union!: 'a' | 'b';
      @dec alias!: Text;
      @dec mixed!: string | number;
      @dec count!: number;
      @dec one!: 1 | 2;
      @dec flag!: boolean;
      @dec yes!: true;
      @dec big!: bigint;
      @dec sym!: symbol;
      @dec any!: any;
      @dec unknown!: unknown;
      @dec never!: never;
      @dec nothing!: void;
      @dec undef!: undefined;
      @dec nil!: null;
      @dec maybe!: string | null;
      @dec perhaps?: Renamed;
      @dec or!: Renamed | null;
      @dec orUndefined!: Renamed | undefined;
      @dec two!: Renamed | Main;
      @dec both!: Renamed & Main;
      @dec object!: object;
      @dec literalObject!: { a: 1 };
      @dec func!: () => void;
      @dec ctor!: new () => Renamed;
      @dec array!: Renamed[];
      @dec readonlyArray!: readonly string[];
      @dec generic!: Array<string>;
      @dec tuple!: [string, number];
      @dec pair!: Pair;
      @dec promise!: Promise<Renamed>;
      @dec map!: Map<string, number>;
      @dec date!: Date;
      @dec regexp!: RegExp;
      @dec buffer!: Buffer;
      @dec bytes!: Uint8Array;
      @dec record!: Record<string, number>;
      @dec partial!: Partial<Renamed>;
      @dec level!: Level;
      @dec word!: Word;
      @dec mixedEnum!: Mixed;
      @dec fixed!: Fixed;
      @dec member!: Level.High;
      @dec kind!: Kind;
      @dec schema!: Schema;
      @dec inside!: Space.Inside;
      @dec only!: Space.Only;
      @dec through!: all.Service;
      @dec throughFace!: all.Face;
      @dec face!: Face;
      @dec bare!: Bare;
      @dec plain!: Plain;
      @dec typeOnly!: TypeOnly;
      @dec importedAlias!: Alias;
      @dec shape!: Shape;
      @dec either!: Either;
      @dec abstract!: Base<string>;
      @dec genericClass!: Generic<string>;
      @dec local!: Local;
      @dec here!: Here;
      @dec cycle!: Cycle;
      @dec self!: App;
      @dec this!: this;
      @dec emitter!: EventEmitter;
      @dec server!: http.Server;
      @dec serverType!: Server;
      @dec template!: \`a\${string}\`;
      @dec keys!: keyof Renamed;
      @dec typeOf!: typeof Local;
      @dec paren!: (string);
      @dec conditional!: string extends string ? string : number;
      @dec indexed!: Renamed[keyof Renamed];
      @dec untyped;
      @dec initialized = 'text';
      @dec static st: string;
      constructor(private readonly a: Renamed, public b: Face, protected c: Bare, d: Main, @dec e?: Cycle, f: string = '', ...rest: Local[]) {}
      @dec get accessor(): Date { return new Date(0); }
      set accessor(value: Date) {}
      @dec set writeOnly(value: Level) {}
      @dec run(@dec _wait: Promise<void>, _n?: number): Date { throw new Error(); }
      @dec inferred() { return 1; }
      @dec async later(): Promise<Renamed> { throw new Error(); }
      @dec async bareAsync() {}
      @dec *gen(): Generator<number> {}
      @dec over(a: string): string;
      over(a: any): any { return a; }
      @dec predicate(a: unknown): a is string { return true; }
      @dec thisParam(this: App, a: string): this { return this; }
      @dec destructured({ a }: Shape, [b]: Pair): void {}
      @dec typed<T extends Renamed>(a: T, b: T[]): T { return a; }
      @dec static make(a: Word): App { throw new Error(); }
      @dec private hidden(a: Text): Either { throw new Error(); }
    }
    export const unused: typeof Fixed.One = Fixed.One;
    console.log(found.join('\\n'));
  `,
};
