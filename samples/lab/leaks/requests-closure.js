// Callbacks for later that see the request and the response, and are called by nobody.
const afterwards = []

export default function keep({ req, res }) {
  afterwards.push(() => res.setHeader('x-late', req.url))
  return 'afterwards'
}
