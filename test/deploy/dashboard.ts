import { readFile } from 'node:fs/promises'

export interface Panel {
  id: number
  type: string
  title: string
  description?: string
  gridPos: { x: number, y: number, w: number, h: number }
  datasource?: { uid: string }
  targets?: Array<{ expr: string, datasource: { uid: string } }>
}

/** What deploy/grafana/dashboard.json shows. */
export async function dashboardPanels (): Promise<Panel[]> {
  const { panels } = JSON.parse(await readFile('deploy/grafana/dashboard.json', 'utf8')) as { panels: Panel[] }
  return panels
}
