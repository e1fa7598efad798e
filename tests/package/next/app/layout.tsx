import type { ReactNode } from 'react';

// Browsers ask for one, and there is none.
export const metadata = { icons: 'data:,' };

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
