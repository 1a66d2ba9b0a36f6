// What is thrown for a cell that cannot be compiled, apart from the compiler, so that it can be known without it.

/** A cell that is no valid program. The position is in the cell's source, counted from one. */
export class CellSyntaxError extends SyntaxError {
  override readonly name: string = "SyntaxError";
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}
