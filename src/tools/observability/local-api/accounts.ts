import type { PersonId } from "../../../../dev/local-servers/people.ts";

/** What Cloudflare knows of a person (GET /user), and which accounts they are members of. */
export type CloudflareUser = { id: string; accounts: readonly Account[] };

export type Account = {
  /** 32 hexadecimal digits, as Cloudflare’s are. */
  id: string;
  name: string;
  createdOn: string;
};

const shop: Account = {
  id: "5b1f0c3d7a9e4826b0d4f1e2a3c59687",
  name: "Example Shop",
  createdOn: "2023-03-14T09:26:53Z",
};
const sideProjects: Account = {
  id: "e07d91a4c2b84f6f8a35d0c7be61f924",
  name: "Alice’s side projects",
  createdOn: "2024-11-02T18:40:11Z",
};
const bakery: Account = {
  id: "2c9a6e4f81d34b07a5f0c8d1e7b39264",
  name: "Bob’s Bakery",
  createdOn: "2025-06-30T06:15:00Z",
};

/** Alice has two accounts, so she has to choose one; Bob has one. */
export const users: Readonly<Record<PersonId, CloudflareUser>> = {
  alice: { id: "7f3a1d5be8c04962a6d8f0b41c7e9352", accounts: [shop, sideProjects] },
  bob: { id: "c4d81e7f02a94b5c93b6e5d7f8a10c29", accounts: [bakery] },
};

export const accountIds = {
  shop: shop.id,
  sideProjects: sideProjects.id,
  bakery: bakery.id,
} as const;
