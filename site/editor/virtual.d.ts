/** The address of the JSON file that holds what `declarations.mjs` gathers; `vite.mjs` makes it. */
declare module "virtual:adjoint-declarations" {
  const url: string;
  export default url;
}
