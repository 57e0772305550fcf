import handler from "../mcp-handler";
import { countingWorker } from "./entry";

export default countingWorker(handler);
