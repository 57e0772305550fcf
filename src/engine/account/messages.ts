/** Where these pages are. */
export const HOME = "/connections";

const toHome = { href: HOME, text: "Your connected apps" };

// Why a person is asked to sign in.

export const welcome = {
  title: "Your connected apps",
  message:
    "Sign in to see which apps can act for you here and what they did recently, and to end those that you no longer want.",
};

export const sessionOver = {
  title: "You are no longer signed in",
  message: "You signed out, or an hour has passed since you signed in. Nothing was changed.",
};

export const signedOut = {
  title: "You are signed out",
  message: "You may still be signed in at your identity provider.",
};

// Why nothing is shown, or was changed.

export const outdatedPage = {
  title: "This page is out of date",
  message: "You have signed in again since it was opened. Nothing was changed.",
  advice: "Go back, reload the page, and check whether that is still what you want.",
};

export const unknownConnection = {
  title: "This app is not connected",
  message: "It is no longer connected, or you never connected it.",
  advice: "It cannot act on your behalf.",
  link: toHome,
};

export const fromElsewhere = {
  title: "That form was not from this server",
  message: "Another website sent it. Nothing was changed.",
  advice: "If you did want to change something, use this server’s own page.",
  link: toHome,
};
