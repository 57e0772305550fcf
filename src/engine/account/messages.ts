/** Where these pages are. */
export const HOME = "/connections";

const toHome = { href: HOME, text: "Your connected apps" };

// What a person is asked to sign in for.

export const welcome = {
  title: "Your connected apps",
  message:
    "Sign in to see which apps can act for you here and what they did lately, and to end those that you no longer want.",
};

export const sessionOver = {
  title: "You are no longer signed in",
  message: "You signed out, or an hour has passed since you signed in. Nothing was changed.",
};

export const signedOut = {
  title: "You are signed out",
  message: "That is so here; where you signed in, you may still be known.",
};

// Why nothing is shown, or was changed.

export const outdatedPage = {
  title: "This page is out of date",
  message: "You have signed in again since it was opened. Nothing was changed.",
  advice: "Go back, load the page again, and see whether that is still what you want.",
};

export const unknownConnection = {
  title: "This app is not connected",
  message: "It is no longer connected, or never was connected by you.",
  advice: "Nothing more can be done for you by way of it.",
  link: toHome,
};

export const fromElsewhere = {
  title: "That form was not from here",
  message: "Another website sent it. Nothing was changed.",
  advice: "If you did mean to change something, do it on this server’s own page.",
  link: toHome,
};
