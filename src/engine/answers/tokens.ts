/**
 * How many tokens a text is for a model, about: no tokenizer is part of a Worker, and each model has its own.
 * Letters come in words, digits and signs almost one by one, and a letter outside of ASCII takes half a token to
 * two. The sum of two texts is that of both together, so that a part can be measured on its own.
 *
 * @returns a fraction; round up where it is shown.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (let index = 0; index < text.length; index++) tokens += weight(text.charCodeAt(index));
  return tokens;
}

const LETTER = 0.25;
const DIGIT_OR_SIGN = 0.4;
/** Latin with marks, Greek, Cyrillic, Hebrew, Arabic. */
const TWO_BYTES = 0.5;
/** Above all Chinese, Japanese, Korean and the scripts of India; each half of an emoji. */
const MORE_BYTES = 1;

const ASCII = Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z ]/.test(String.fromCharCode(code)) ? LETTER : DIGIT_OR_SIGN,
);

function weight(code: number): number {
  return ASCII[code] ?? (code < 0x800 ? TWO_BYTES : MORE_BYTES);
}
