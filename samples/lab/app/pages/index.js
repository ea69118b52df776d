export default function Home() {
  return <p>Trains</p>
}
