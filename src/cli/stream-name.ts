/** `us-east` is enough where a region has one stream. */
export function streamName(text: string): string {
  return text.includes("/") ? text : `${text}/0`;
}
