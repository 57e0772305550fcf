// Why a service was not connected, for the person.

const again = "Ask your app for the same again: it gets a new link.";

export const noSuchService = {
  title: "There is nothing to connect",
  message: "This server knows no such service. Nothing happened.",
  advice: again,
};

export const unknownLink = {
  title: "This link is not from here",
  message: "It was changed on its way, or this server never made it. Nothing happened.",
  advice: again,
};

export const linkOver = {
  title: "This link has expired",
  message: "It was good for ten minutes. Nothing happened.",
  advice: again,
};

export const linkUsed = {
  title: "This link was used already",
  message: "It is good once. Nothing more happened.",
  advice: "If your app does not go on by itself, ask it for the same again.",
};

export const flowOver = {
  title: "This has expired",
  message:
    "It took more than ten minutes, was finished already, or was begun in another browser or as another person. Nothing happened.",
  advice: again,
};

export const signInToConnect = (service: string) => ({
  title: `Sign in to connect ${service}`,
  message: `An app asked for something that needs your account at ${service}. Sign in as the person whose app it is.`,
});

export const refusedThere = (service: string) => ({
  title: `${service} is not connected`,
  message: `It was cancelled or refused at ${service}. Nothing happened.`,
  advice: again,
});

export const failedThere = (service: string) => ({
  title: `${service} is not connected`,
  message: `This server and ${service} did not come to an agreement just now. Nothing happened.`,
  advice:
    "Try again in a minute. If it stays so, tell the operator of this server: its log says what is wrong (service_failed).",
});
