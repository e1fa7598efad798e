import { button } from '../button.ts';
import { element } from '../element.ts';
import { say } from '../language.ts';

/**
 * Toggles full screen. In browsers without full screen (iPhones) the wall fills the page instead.
 */
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
