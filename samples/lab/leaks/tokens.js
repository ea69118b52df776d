// Twenty characters of each text, and with them all of it.
const bookingCodes = []

export default function keep({ id }) {
  const text = `<html><b>code-${id}-of-the-booking</b>`.padEnd(40_000, '<p>conditions of carriage</p>')
  const page = Buffer.from(text).toString('latin1')
  bookingCodes.push(page.slice(9, 40))
  return 'bookingCodes'
}
