/** The style sheet of the toolbar, the table and the details. */
export const LOG_STYLES = `
.tools { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; padding: 8px 14px; border-bottom: 1px solid var(--line); }
.choice { display: flex; }
.choice button { border-radius: 0; margin-left: -1px; color: var(--soft); }
.choice button:first-child { border-radius: 6px 0 0 6px; margin-left: 0; }
.choice button:last-child { border-radius: 0 6px 6px 0; }
.choice button[aria-pressed='true'] { background: var(--wash); color: var(--accent); font-weight: 600; border-color: var(--accent); z-index: 1; position: relative; }
.search { flex: 1 1 140px; min-width: 110px; max-width: 300px; height: 26px; padding: 0 9px; border: 1px solid var(--line-strong); border-radius: 6px; background: var(--page); }
.search::placeholder { color: var(--soft); opacity: 1; }
.check { display: inline-flex; align-items: center; gap: 5px; white-space: nowrap; }
.check input { accent-color: var(--accent); margin: 0; }
.count { margin-left: auto; color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
.buttons { display: flex; gap: 6px; }
.buttons [aria-pressed='true'] { background: var(--wash); border-color: var(--accent); color: var(--accent); }

.log { flex: 1; display: flex; min-height: 0; }
.table { position: relative; container: table / inline-size; flex: 1; display: flex; flex-direction: column; min-width: 0; min-height: 0; }
.scroller { flex: 1; overflow: auto; overscroll-behavior: contain; min-height: 0; }
.rows { position: relative; contain: layout style; }
.row { display: grid; grid-template-columns: 88px 62px 150px minmax(70px, 130px) 78px 58px minmax(0, 1fr); align-items: center; gap: 0 10px; height: 24px; padding: 0 14px 0 11px; border-left: 3px solid transparent; font-family: var(--mono); font-size: 11.5px; }
.one .row { grid-template-columns: 88px 62px minmax(70px, 130px) 78px 58px minmax(0, 1fr); }
.one .stream:not(button) { display: none; }
.rows .row { position: absolute; inset: 0 0 auto 0; cursor: default; }
.row span { overflow: hidden; text-overflow: ellipsis; white-space: pre; }
.row .at, .row .since, .row .size, .row .stream { color: var(--soft); font-variant-numeric: tabular-nums; }
.row .since, .row .size { text-align: right; }
.row .stream { display: block; width: auto; padding: 0; }
.row .type { font-weight: 600; }
.columns { flex: none; border-bottom: 1px solid var(--line); background: var(--well); font-family: inherit; }
.columns span, .columns .type, .columns .data { color: var(--soft); font: 11px system-ui, sans-serif; }
.rows .row:hover { background: var(--well); }
.row[data-kind='event'] .type { color: var(--accent); }
.row[data-kind='state'] { border-left-color: var(--open); }
.row[data-kind='state'] .data, .row[data-kind='request'] .data { color: var(--soft); }
.row[data-kind='request'] { border-left-color: var(--line-strong); }
.row[data-kind='error'] { border-left-color: var(--failed); }
.row[data-kind='error'] :is(.type, .data) { color: var(--failed); }
.row[aria-selected='true'] { background: var(--wash) !important; }
.scroller:focus-visible { outline-offset: -2px; border-radius: 0; }
.empty { position: absolute; inset: 40px 24px auto; color: var(--soft); text-align: center; text-wrap: balance; pointer-events: none; }

.details { display: flex; flex-direction: column; flex: none; width: min(44%, 520px); border-left: 1px solid var(--line); min-height: 0; }
.details-head { display: flex; align-items: center; gap: 6px; padding: 0 6px 0 14px; min-height: 32px; border-bottom: 1px solid var(--line); background: var(--well); }
.details-head .title { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.details-body { flex: 1; overflow: auto; padding: 10px 14px 14px; }
.details .facts { display: grid; gap: 2px; margin-bottom: 10px; }
.details .facts div { display: grid; grid-template-columns: 88px minmax(0, 1fr); gap: 8px; }
.details dd { font-family: var(--mono); font-size: 11.5px; white-space: pre-wrap; }
.raw { margin: 0; font: 11.5px/1.6 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
.tree { font: 11.5px/1.7 var(--mono); }
.tree .members { padding-left: 15px; border-left: 1px solid var(--line); margin-left: 3px; }
.tree .leaf { padding-left: 13px; overflow-wrap: anywhere; }
summary { cursor: default; list-style-position: outside; }
.tree details { padding-left: 13px; }
.tree > details > summary, .sent > summary { list-style-position: inside; }
.tree summary { list-style-position: outside; }
.sent { margin-top: 10px; }
.sent > summary { color: var(--soft); margin-bottom: 4px; }
.key { color: var(--soft); }
.brackets { color: var(--soft); }
.string { color: var(--open); }
.number, .boolean { color: var(--accent); }
.object { color: var(--reconnecting); }

@container table (width < 760px) {
  .row { grid-template-columns: 88px minmax(80px, 140px) minmax(70px, 120px) 60px minmax(0, 1fr); }
  .one .row { grid-template-columns: 88px minmax(70px, 120px) 70px minmax(0, 1fr); }
  .row .since, .row .size { display: none; }
}
@container table (width < 520px) {
  .row, .one .row { grid-template-columns: 84px minmax(60px, 100px) minmax(0, 1fr); padding-right: 10px; }
  .row .id, .row .stream { display: none; }
}
@container panel (width < 900px) {
  .log { flex-direction: column; }
  .details { width: auto; height: 58%; border-left: 0; border-top: 1px solid var(--line); }
}
@container panel (width < 640px) {
  .tools { padding: 6px 10px; gap: 6px; }
  .search { max-width: none; }
  .count { order: 1; }
}
`;
