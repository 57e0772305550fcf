import { createContext } from "hono/jsx";
import type { Look } from "./look";

/** The look of the server that shows a page: `page` (ui/respond.tsx) provides it. */
export const LookContext = createContext<Look>({});
