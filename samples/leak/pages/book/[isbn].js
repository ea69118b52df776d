// An ISR page: rendered on the first visit, then kept by cache-handler.js.
export async function getStaticPaths() {
  return { paths: [], fallback: 'blocking' }
}

export async function getStaticProps({ params }) {
  const chapters = Array.from({ length: 12 }, (_, i) => ({
    title: `Chapter ${i + 1} of ${params.isbn}`,
    text: `In chapter ${i + 1} of ${params.isbn} nothing was ever thrown away. `.repeat(40),
  }))
  return { props: { isbn: params.isbn, chapters }, revalidate: 600 }
}

export default function Book({ isbn, chapters }) {
  return (
    <main>
      <h1>Book {isbn}</h1>
      {chapters.map((c) => (
        <section key={c.title}>
          <h2>{c.title}</h2>
          <p>{c.text}</p>
        </section>
      ))}
    </main>
  )
}
