/** The head of a list of a table's rows: Note [Row list] in gather/rowList.ts. The rows follow, then a byte for each row of the table. */
@unmanaged
export class RowListHead {
  /** k: how many rows are listed, 0 at first. */
  count: i32 = 0;
  /** V: rows of the table. */
  tableRows: i32 = 0;
  /** Elements of a row. */
  rowLength: i32 = 0;
  unused: i32 = 0;
  private constructor() {}
}
