/** An address of this origin: a file under public/, such as `/logo.svg`. */
export type OwnPath = `/${string}`;

/** Six hexadecimal digits, such as `#0f5459`. */
export type Color = `#${string}`;

/** The colours that a server can choose. Those that it leaves out stay as public/style.css has them. */
export type Palette = {
  /** Links, the main button and the mark. */
  readonly accent: Color;
  /** Text on the main button. */
  readonly onAccent: Color;
  /** Around the card. */
  readonly ground: Color;
  /** The card itself. */
  readonly card: Color;
  readonly text: Color;
  /** Text of less weight. */
  readonly quiet: Color;
};

/** How every page looks, and where else it leads. Everything is optional; `npm run check` judges it (look-problems.ts). */
export type Look = {
  /** A picture beside the name; by default the first letter of the name. `dark` is for dark colour schemes. */
  readonly logo?: { readonly light: OwnPath; readonly dark?: OwnPath };
  /** For the browser's tab; by default the first letter of the name. */
  readonly icon?: OwnPath;
  readonly colors?: { readonly light?: Partial<Palette>; readonly dark?: Partial<Palette> };
  /** A WOFF2 file. Fonts of other origins are refused by the Content-Security-Policy. */
  readonly font?: { readonly family: string; readonly file: OwnPath };
  /** Absolute https addresses, or paths of this origin. */
  readonly links?: {
    readonly product?: string;
    readonly privacy?: string;
    readonly terms?: string;
    readonly support?: string;
  };
};

/** The files of public/ that a look names. */
export function lookFiles({ logo, icon, font }: Look): OwnPath[] {
  return [logo?.light, logo?.dark, icon, font?.file].filter((path) => path !== undefined);
}

/** What stands for a server without a logo. */
export function initialOf(name: string): string {
  return (Array.from(name.trim())[0] ?? "?").toUpperCase();
}
