/** The gatehouse: three merlons over an open arch. It repeats the words beside it, so screen readers skip it. */
export function Mark() {
  return (
    <svg class="mark" viewBox="4 5 24 23" aria-hidden="true" focusable="false">
      <path fill="currentColor" d="M4 5h6v4h3V5h6v4h3V5h6v23h-6v-7a6 6 0 0 0-12 0v7H4z" />
    </svg>
  );
}
