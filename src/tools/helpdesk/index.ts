import { openApiToolset } from "../../engine/openapi";
import { helpdeskApi } from "./api";
import { compiled } from "./compiled";

/** The operations that are on in operations.yaml. */
export const helpdesk = openApiToolset({ name: "helpdesk", api: helpdeskApi, compiled });
