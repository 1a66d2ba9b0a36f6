// Types as text that people read. In goes a type of TypeDoc's JSON; out come pieces, some of which are links.

/**
 * @typedef {import("./declarations.mjs").Reflection} Reflection
 * @typedef {{ text: string, kind?: "keyword" | "string" | "number" | "type" | "name", target?: number }} Piece `target` is the id of a declaration
 */

/** @param {string} text @param {Piece["kind"]} [kind] @returns {Piece} */
const piece = (text, kind) => (kind === undefined ? { text } : { text, kind });

/**
 * @param {readonly Piece[][]} parts
 * @param {string} between
 * @returns {Piece[]}
 */
export function joined(parts, between) {
  return parts.flatMap((part, i) => (i === 0 ? part : [piece(between), ...part]));
}

/** @param {readonly Piece[]} pieces */
export const widthOf = (pieces) => pieces.reduce((sum, { text }) => sum + text.length, 0);

/** Types that need parentheses before `[]`, or inside a union. */
const loose = new Set(["union", "intersection", "conditional", "typeOperator", "query"]);

/** @param {Reflection} type */
const isFunction = (type) => type.type === "reflection" && type.declaration.signatures !== undefined;

/**
 * @param {Reflection} type
 * @param {boolean} [inUnion]
 * @returns {Piece[]}
 */
function guarded(type, inUnion = false) {
  const needed = isFunction(type) || (inUnion ? type.type === "conditional" : loose.has(type.type));
  return needed ? [piece("("), ...typePieces(type), piece(")")] : typePieces(type);
}

/**
 * @param {Reflection | undefined} type
 * @returns {Piece[]}
 */
export function typePieces(type) {
  if (type === undefined) return [piece("unknown", "type")];
  switch (type.type) {
    case "intrinsic":
      return [piece(type.name, "type")];
    case "literal":
      return [literal(type.value)];
    case "reference": {
      const name = {
        ...piece(type.name, "type"),
        ...(typeof type.target === "number" ? { target: type.target } : {}),
      };
      const given = type.typeArguments ?? [];
      return given.length === 0 ? [name] : [name, piece("<"), ...joined(given.map(typePieces), ", "), piece(">")];
    }
    case "union":
      return joined(
        type.types.map((/** @type {Reflection} */ t) => guarded(t, true)),
        " | ",
      );
    case "intersection":
      return joined(
        type.types.map((/** @type {Reflection} */ t) => guarded(t)),
        " & ",
      );
    case "array":
      return [...guarded(type.elementType), piece("[]")];
    case "typeOperator":
      return [piece(`${type.operator} `, "keyword"), ...guarded(type.target)];
    case "tuple":
      return [piece("["), ...joined((type.elements ?? []).map(typePieces), ", "), piece("]")];
    case "namedTupleMember":
      return [piece(`${type.name}${type.isOptional ? "?" : ""}: `), ...typePieces(type.element)];
    case "optional":
      return [...guarded(type.elementType), piece("?")];
    case "rest":
      return [piece("..."), ...typePieces(type.elementType)];
    case "reflection":
      return shapePieces(type.declaration);
    case "conditional":
      return [
        ...typePieces(type.checkType),
        piece(" extends ", "keyword"),
        ...typePieces(type.extendsType),
        piece(" ? "),
        ...typePieces(type.trueType),
        piece(" : "),
        ...typePieces(type.falseType),
      ];
    case "mapped":
      return [
        piece("{ "),
        ...(type.readonlyModifier === undefined
          ? []
          : [piece(type.readonlyModifier === "-" ? "-readonly " : "readonly ", "keyword")]),
        piece(`[${type.parameter} `),
        piece("in ", "keyword"),
        ...typePieces(type.parameterType),
        ...(type.nameType === undefined ? [] : [piece(" as ", "keyword"), ...typePieces(type.nameType)]),
        piece(`]${type.optionalModifier === undefined ? "" : type.optionalModifier === "-" ? "-?" : "?"}: `),
        ...typePieces(type.templateType),
        piece(" }"),
      ];
    case "indexedAccess":
      return [...guarded(type.objectType), piece("["), ...typePieces(type.indexType), piece("]")];
    case "query":
      return [piece("typeof ", "keyword"), ...typePieces(type.queryType)];
    case "inferred":
      return [piece("infer ", "keyword"), piece(type.name, "type")];
    case "predicate":
      return [
        ...(type.asserts ? [piece("asserts ", "keyword")] : []),
        piece(type.name),
        ...(type.targetType === undefined ? [] : [piece(" is ", "keyword"), ...typePieces(type.targetType)]),
      ];
    case "templateLiteral":
      return [
        piece("`"),
        piece(type.head, "string"),
        ...type.tail.flatMap((/** @type {[Reflection, string]} */ [t, text]) => [
          piece("${"),
          ...typePieces(t),
          piece("}"),
          piece(text, "string"),
        ]),
        piece("`"),
      ];
    case "unknown":
      return [piece(type.name)];
    default:
      throw new Error(`the reference does not know how to write a type of kind "${type.type}"`);
  }
}

/** @param {unknown} value @returns {Piece} */
function literal(value) {
  if (typeof value === "string") return piece(JSON.stringify(value), "string");
  if (value === null) return piece("null", "keyword");
  if (typeof value === "boolean") return piece(String(value), "keyword");
  const { value: digits, negative } = Object(value);
  return piece(digits === undefined ? String(value) : `${negative ? "-" : ""}${digits}n`, "number");
}

/**
 * An object type or a function type.
 * @param {Reflection} declaration
 * @returns {Piece[]}
 */
function shapePieces(declaration) {
  const { signatures = [], children = [], indexSignatures = [] } = declaration;
  if (signatures.length === 1 && children.length === 0) {
    const [signature] = signatures;
    return [
      ...(signature.kind === 16384 ? [piece("new ", "keyword")] : []),
      ...typeParameterPieces(signature),
      piece("("),
      ...joined((signature.parameters ?? []).map(parameterPieces), ", "),
      piece(") => "),
      ...typePieces(signature.type),
    ];
  }
  const members = [
    ...signatures.map((/** @type {Reflection} */ s) => [
      ...typeParameterPieces(s),
      piece("("),
      ...joined((s.parameters ?? []).map(parameterPieces), ", "),
      piece("): "),
      ...typePieces(s.type),
    ]),
    ...indexSignatures.map((/** @type {Reflection} */ s) => [
      ...(s.flags?.isReadonly ? [piece("readonly ", "keyword")] : []),
      piece("["),
      ...joined(s.parameters.map(parameterPieces), ", "),
      piece("]: "),
      ...typePieces(s.type),
    ]),
    ...children.map(memberPieces),
  ];
  return members.length === 0 ? [piece("{}")] : [piece("{ "), ...joined(members, "; "), piece(" }")];
}

/**
 * A property or a method of an object type: `readonly axis?: number`.
 * @param {Reflection} member
 * @returns {Piece[]}
 */
export function memberPieces(member) {
  const optional = member.flags?.isOptional ? "?" : "";
  if (member.signatures !== undefined) {
    const [signature] = member.signatures;
    return [
      piece(`${member.name}${optional}`, "name"),
      ...typeParameterPieces(signature),
      piece("("),
      ...joined((signature.parameters ?? []).map(parameterPieces), ", "),
      piece("): "),
      ...typePieces(signature.type),
    ];
  }
  return [
    ...(member.flags?.isReadonly ? [piece("readonly ", "keyword")] : []),
    piece(`${member.name}${optional}`, "name"),
    piece(": "),
    ...typePieces(member.type ?? member.getSignature?.type),
  ];
}

/**
 * @param {Reflection} parameter
 * @returns {Piece[]}
 */
export function parameterPieces(parameter) {
  const optional = parameter.flags?.isOptional || parameter.defaultValue !== undefined;
  return [
    ...(parameter.flags?.isRest ? [piece("...")] : []),
    // A destructured parameter has no name of its own.
    piece(parameter.name === "__namedParameters" ? "options" : parameter.name, "name"),
    piece(optional ? "?: " : ": "),
    ...typePieces(parameter.type),
  ];
}

/**
 * `<const N extends Argnums = 0>`, or nothing.
 * @param {Reflection} owner
 * @returns {Piece[]}
 */
export function typeParameterPieces(owner) {
  const parameters = owner.typeParameters ?? owner.typeParameter ?? [];
  if (parameters.length === 0) return [];
  return [
    piece("<"),
    ...joined(
      parameters.map((/** @type {Reflection} */ p) => [
        ...(p.flags?.isConst ? [piece("const ", "keyword")] : []),
        piece(p.name, "type"),
        ...(p.type === undefined ? [] : [piece(" extends ", "keyword"), ...typePieces(p.type)]),
        ...(p.default === undefined ? [] : [piece(" = "), ...typePieces(p.default)]),
      ]),
      ", ",
    ),
    piece(">"),
  ];
}

/**
 * A signature as it is declared, a parameter to a line where one line would be too long.
 * @param {string} name
 * @param {Reflection} signature
 * @param {number} [width]
 * @returns {Piece[]}
 */
export function signaturePieces(name, signature, width = 74) {
  const head = [piece(name, "name"), ...typeParameterPieces(signature)];
  const parameters = (signature.parameters ?? []).map(parameterPieces);
  const tail = [piece("): "), ...typePieces(signature.type)];
  const line = [...head, piece("("), ...joined(parameters, ", "), ...tail];
  if (parameters.length === 0 || widthOf(line) <= width) return line;
  return [
    ...head,
    piece("(\n"),
    ...parameters.flatMap((/** @type {Piece[]} */ p) => [piece("  "), ...p, piece(",\n")]),
    ...tail,
  ];
}
