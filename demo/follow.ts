/** Keeps a scrolling element at its end while it grows, unless the reader has scrolled up. Call the result after growth. */
export function followEnd(scroller: Element): () => void {
  const slack = 24;
  let following = true;
  let top = 0;
  let frame: number | undefined;
  scroller.addEventListener(
    'scroll',
    () => {
      // Growth may come between a scroll of ours and its event, so not being at the end alone proves nothing.
      const atEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - slack;
      if (atEnd) following = true;
      else if (scroller.scrollTop < top) following = false;
      top = scroller.scrollTop;
    },
    { passive: true },
  );
  // Measuring forces a layout, so it is done once a frame, however much has been added.
  return () => {
    frame ??= requestAnimationFrame(() => {
      frame = undefined;
      if (following) scroller.scrollTop = scroller.scrollHeight;
    });
  };
}
