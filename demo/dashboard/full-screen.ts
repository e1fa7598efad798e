import { button } from '../button.ts';
import { element } from '../element.ts';
import { say } from '../language.ts';

/** Makes the wall fill the screen, and leaves it again. Where the browser has no full screen (iPhones), it fills the page. */
export function fullScreen(wall: HTMLElement): () => void {
  const node = element('full-screen', HTMLButtonElement);
  const isFull = () => document.fullscreenElement === wall || wall.hasAttribute('data-full');
  const show = () => {
    say(node, (t) => (isFull() ? t.leaveFullScreen : t.fullScreen));
  };
  const fill = (full: boolean) => {
    wall.toggleAttribute('data-full', full);
    show();
  };
  const toggle = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (isFull()) fill(false);
    else if (document.fullscreenEnabled) {
      wall.requestFullscreen().catch(() => {
        fill(true);
      });
    } else fill(true);
  };
  button('full-screen', toggle);
  document.addEventListener('fullscreenchange', show);
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') fill(false);
  });
  return toggle;
}
