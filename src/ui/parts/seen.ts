import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Whether an element is on the screen, or near it. Until that is known it counts as seen. */
export function useSeen(element: RefObject<Element | null>): { current: boolean } {
  const isSeen = useRef(true);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => (isSeen.current = entries.at(-1)?.isIntersecting ?? true),
      { rootMargin: '200px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return isSeen;
}
