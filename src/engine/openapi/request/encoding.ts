import type { PropertyEncoding } from "../compiled";
import type { Styled } from "./styles";

/** Whether a field is written as a parameter of a query is, not by its media type (OpenAPI 3.1.1, "Encoding Object"). */
export function isStyled({ style, explode, allowReserved }: PropertyEncoding): boolean {
  return style !== undefined || explode !== undefined || allowReserved !== undefined;
}

/** With the defaults of a parameter in a query. */
export function styleOf({
  style = "form",
  explode = style === "form",
  allowReserved,
}: PropertyEncoding): Omit<Styled, "name"> {
  return { style, explode, allowReserved: allowReserved === true };
}
