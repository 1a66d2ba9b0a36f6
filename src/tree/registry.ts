/** Classes that users register as inner nodes of trees. */
import { ArgumentError } from "../errors/index.ts";

/** How a registered class comes apart and is put together again. */
export interface NodeType {
  readonly name: string;
  readonly flatten: (node: never) => {
    readonly children: readonly unknown[];
    readonly aux: unknown;
    readonly keys?: readonly string[];
  };
  readonly unflatten: (aux: unknown, children: readonly unknown[]) => unknown;
}

type Class<T> = abstract new (...args: never[]) => T;

const nodeTypes = new Map<unknown, NodeType>();

/**
 * Registers a class as an inner node: `flatten` gives its children and auxiliary data (which is static: part of the
 * structure, compared by identity or by value of primitives), `unflatten` makes an instance from both.
 * @throws ArgumentError if the class is registered already.
 * @example registerPytreeNode(Point, (p) => ({ children: [p.x, p.y], aux: null }), (_aux, [x, y]) => new Point(x, y));
 */
export function registerPytreeNode<T>(
  type: Class<T>,
  flatten: (node: T) => {
    readonly children: readonly unknown[];
    readonly aux: unknown;
    readonly keys?: readonly string[];
  },
  unflatten: (aux: unknown, children: readonly unknown[]) => T,
): void {
  if (nodeTypes.has(type)) {
    throw new ArgumentError({
      what: `${type.name} is already registered as a pytree node`,
      fix: "register each class once",
    });
  }
  nodeTypes.set(type, { name: type.name, flatten: flatten as NodeType["flatten"], unflatten });
}

/**
 * Registers a class whose fields are children (`dataFields`) or static (`metaFields`). Instances are rebuilt with the
 * class's prototype, without calling its constructor.
 * @example registerDataclass(Model, ["weights", "bias"], ["activation"]);
 */
export function registerDataclass<T extends object>(
  type: Class<T>,
  dataFields: readonly (keyof T & string)[],
  metaFields: readonly (keyof T & string)[] = [],
): void {
  registerPytreeNode<T>(
    type,
    (node) => ({ children: dataFields.map((f) => node[f]), aux: metaFields.map((f) => node[f]), keys: dataFields }),
    (aux, children) => {
      const node = Object.create(type.prototype as object) as Record<string, unknown>;
      dataFields.forEach((f, i) => {
        node[f] = children[i];
      });
      metaFields.forEach((f, i) => {
        node[f] = (aux as readonly unknown[])[i];
      });
      return node as T;
    },
  );
}

/**
 * Registers a class whose instances are static: they have no leaves and are part of the structure, compared by identity.
 * @example class Activation {}; registerStatic(Activation);
 */
export function registerStatic(type: Class<unknown>): void {
  registerPytreeNode<unknown>(
    type,
    (node) => ({ children: [], aux: node }),
    (aux) => aux,
  );
}

/** The registration of a value's class, if it has one. */
export function nodeTypeOf(value: object): NodeType | undefined {
  return nodeTypes.get(value.constructor);
}
