/** Some privacy modes refuse storage. The choice then lasts as long as the page. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`ssekit-demo-${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`ssekit-demo-${key}`, value);
  } catch {
    return;
  }
}
