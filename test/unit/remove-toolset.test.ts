import { expect, it } from "vitest";
import { withoutToolset } from "../emptied/remove-toolset.ts";

const source = (imports: string, toolsets: string, apis: string) => `${imports}
export const server = defineServer({
  name: "Gatehouse",
  toolsets: [${toolsets}],
  apis: [${apis}],
});
`;

const account = 'import { account } from "./tools/account";';
const orders =
  'import { orders } from "./tools/orders";\nimport { ordersApi } from "./tools/orders/api";';

it("removes a toolset's imports, and what they import from the lists", () => {
  const both = source(`${account}\n${orders}`, "account, orders", "ordersApi");
  expect(withoutToolset(both, "orders")).toBe(source(account, "account", ""));
  const brokenUp = source(`${account}\n${orders}`, "\n    account,\n    orders,\n  ", "ordersApi");
  expect(withoutToolset(brokenUp, "account")).toBe(source(orders, "orders", "ordersApi"));
});

it("removes an import that the formatter has broken up", () => {
  const brokenUp = 'import {\n  orders,\n  ordersApi,\n} from "./tools/orders";';
  const all = source(`${account}\n${brokenUp}`, "account, orders", "ordersApi");
  expect(withoutToolset(all, "orders")).toBe(source(account, "account", ""));
});

it("does not take one folder for another whose name it begins", () => {
  const both = source(
    `${account}\nimport { more } from "./tools/account-more";`,
    "account, more",
    "",
  );
  expect(withoutToolset(both, "account")).toContain("toolsets: [more]");
  expect(withoutToolset(both, "acc")).toBe(both);
});
