/** A folder of files, for any server. */
export default { output: "export" };
