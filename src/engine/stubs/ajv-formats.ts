/** In place of ajv-formats, which would add formats to {@link import("./ajv").default an ajv that is left out}. */
export default function addFormats(): void {}
