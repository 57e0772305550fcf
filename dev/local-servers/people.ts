/** Someone who can sign in at the local identity provider. */
export type Person = {
  id: PersonId;
  /** The identity provider's id of this person: as opaque as a real one, and always the same. */
  sub: string;
  name: string;
  email: string;
  /** Whether `npm start` makes this person an admin of Gatehouse. */
  isAdmin: boolean;
};

export type PersonId = "alice" | "bob";

export const people: readonly Person[] = [
  {
    id: "alice",
    sub: "5f0c1f52-0c0b-4c8e-9a3d-7be9d1a4e201",
    name: "Alice Example",
    email: "alice@example.com",
    isAdmin: true,
  },
  {
    id: "bob",
    sub: "c2a9a0d4-61f7-4d0e-8f6b-2f1f6a3b9c02",
    name: "Bob Example",
    email: "bob@example.com",
    isAdmin: false,
  },
];

/** Whether the local identity provider knows this person. */
export function isPersonId(id: string): id is PersonId {
  return people.some((person) => person.id === id);
}

/** The person with this id at an identity provider. */
export function findPerson(sub: string): Person | undefined {
  return people.find((person) => person.sub === sub);
}
