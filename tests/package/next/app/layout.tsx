import type { ReactNode } from 'react';

// Browsers request an icon, and there is none.
export const metadata = { icons: 'data:,' };

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
