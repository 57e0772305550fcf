import { Document, isMap, Pair, Scalar, YAMLMap } from "yaml";
import { parseCatalogue } from "./catalogue-file.ts";
import type { OperationSettings } from "./catalogue-schema.ts";
import type { ApiDocument } from "./document-operations.ts";
import { suggestHead, suggestOperations } from "./suggest.ts";

export type CatalogueUpdate = {
  readonly text: string;
  /** The keys of operations. */
  readonly added: readonly string[];
  readonly gone: readonly string[];
};

const HEAD = ` What the tools of this folder are, for people to edit and review: docs/openapi.md explains each key.
 Switch on what a model should have, then run: npm run openapi -- --name `;

/** Makes a catalogue in which everything is off. */
export function newCatalogue(api: ApiDocument, name: string, source: string): CatalogueUpdate {
  const yaml = new Document(suggestHead(api, name, source));
  yaml.commentBefore = HEAD + name;
  const operations = new YAMLMap();
  const suggested = suggestOperations(api, name);
  for (const [key, settings] of suggested) {
    operations.items.push(pairOf(yaml, key, settings, operations.items.length > 0));
  }
  yaml.set("operations", operations);
  return { text: textOf(yaml), added: [...suggested.keys()], gone: [] };
}

/**
 * Brings a catalogue up to a newer document: what is new is added, switched off, where the document has it; what
 * is gone is marked. Everything that people wrote stays as it is, and so do their comments.
 *
 * @param file names it in errors.
 * @throws OpenApiError `catalogue_invalid`.
 */
export function updateCatalogue(
  text: string,
  file: string,
  api: ApiDocument,
  name: string,
  source: string,
): CatalogueUpdate {
  const { catalogue, yaml } = parseCatalogue(text, file);
  const known = Object.entries(catalogue.operations);
  const names = new Map(known.map(([key, settings]) => [key, settings.name]));
  const suggested = suggestOperations(api, name, names);
  const operations = yaml.get("operations");
  if (!isMap(operations)) return { text, added: [], gone: [] };
  const added = [...suggested].filter(([key]) => !names.has(key));
  const order = [...suggested.keys()];
  for (const [key, settings] of added) {
    const before = order[order.indexOf(key) - 1];
    const index = operations.items.findIndex((pair) => keyOf(pair) === before);
    operations.items.splice(
      before === undefined ? 0 : index + 1,
      0,
      pairOf(yaml, key, settings, true),
    );
  }
  const gone = known.filter(([key]) => !suggested.has(key)).map(([key]) => key);
  let changed = added.length > 0;
  const mark = (path: readonly string[], wanted: unknown) => {
    if (yaml.getIn(path) === wanted) return;
    changed = true;
    if (wanted === undefined) yaml.deleteIn(path);
    else yaml.setIn(path, wanted);
  };
  for (const [key] of known) {
    mark(["operations", key, "gone"], suggested.has(key) ? undefined : true);
    mark(["operations", key, "deprecated"], suggested.get(key)?.deprecated);
  }
  mark(["document", "source"], source);
  mark(["document", "title"], api.title);
  mark(["document", "version"], api.version);
  return { text: changed ? textOf(yaml) : text, added: added.map(([key]) => key), gone };
}

const keyOf = ({ key }: Pair) => (key instanceof Scalar ? key.value : key);

/** @param apart whether an empty line comes before it. */
function pairOf(yaml: Document, key: string, settings: OperationSettings, apart: boolean): Pair {
  const node = new Scalar(key);
  node.spaceBefore = apart;
  return new Pair(node, yaml.createNode(settings));
}

/** No line is broken up: a person's text stays as they wrote it. */
const textOf = (yaml: Document) => yaml.toString({ lineWidth: 0 });
