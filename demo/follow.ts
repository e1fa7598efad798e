/**
 * Keeps a growing element scrolled to its end, unless the reader has scrolled up. Call the result
 * after adding content.
 */
export function followEnd(scroller: Element): () => void {
  const slack = 24;
  let following = true;
  let top = 0;
  let frame: number | undefined;
  scroller.addEventListener(
    'scroll',
    () => {
      // Content may be added between our own scroll and its event, so not being at the end isn't
      // enough.
      const atEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - slack;
      if (atEnd) following = true;
      else if (scroller.scrollTop < top) following = false;
      top = scroller.scrollTop;
    },
    { passive: true },
  );
  // Measuring forces a layout, so do it once per frame, however much was added.
  return () => {
    frame ??= requestAnimationFrame(() => {
      frame = undefined;
      if (following) scroller.scrollTop = scroller.scrollHeight;
    });
  };
}
