export function Footer({ version }: { version: string }) {
  return (
    <footer className="mx-auto flex w-full max-w-[96rem] flex-wrap justify-between gap-x-6 gap-y-1 px-3 pb-5 text-muted text-xs sm:px-6">
      <p>
        IP geolocation by{' '}
        <a href="https://db-ip.com" className="underline underline-offset-2 hover:text-text" rel="noreferrer">
          DB-IP
        </a>{' '}
        (CC-BY 4.0)
      </p>
      {version && <p>Hatua {version}</p>}
    </footer>
  );
}
