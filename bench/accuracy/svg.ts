/** A text as SVG content or attribute. */
export function escapeText (text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (character) => entities[character]!)
}

/** A coordinate with at most two decimals, the same on every machine. */
export const coordinate = (value: number): string => String(Number(value.toFixed(2)))

/** One SVG element. Texts among the attributes are escaped, `content` is not. */
export function element (name: string, attributes: Readonly<Record<string, string | number>>, content = ''): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? coordinate(value) : escapeText(value)}"`)
  return `<${name}${written.join('')}${content === '' ? '/>' : `>${content}</${name}>`}`
}

/** A text at a point. */
export function label (
  text: string, x: number, y: number, attributes: Readonly<Record<string, string | number>> = {}
): string {
  return element('text', { x, y, ...attributes }, escapeText(text))
}
