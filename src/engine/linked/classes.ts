/** What the Worker's entry exports where the definition has `connectedServices`. */
export { ServiceLink } from "./service-link";
export { ServiceRenewer } from "./service-renewer";
