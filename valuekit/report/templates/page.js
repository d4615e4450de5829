"use strict";
// Charts become interactive where they stand; without this script the static drawings remain.
(() => {
  document.documentElement.classList.add("scripted");

  const options = {
    mode: "vega-lite", renderer: "svg", actions: false, defaultStyle: false, ast: true, hover: false,
    tooltip: { theme: "custom", disableDefaultStyle: true },
  };

  const enliven = async (figure) => {
    const live = figure.querySelector(".live");
    const spec = JSON.parse(figure.querySelector("script").textContent);
    figure.classList.add("interactive");
    try {
      await window.vegaEmbed(live, spec, options);
      figure.dataset.drawn = "true";
    } catch (error) {
      figure.classList.remove("interactive");
      console.error(error);
    }
  };

  // What a spreadsheet would take for a formula gets an apostrophe, as in the CSV files; numbers are copied exactly.
  const copied = (cell) => {
    if (cell.dataset.raw !== undefined) return cell.dataset.raw;
    const words = cell.textContent.replace(/\s+/g, " ").trim();
    return /^'*[=+@\-\u2212＝＋－＠﹢﹣﹦﹫]/.test(words) ? `'${words}` : words;
  };

  const tabSeparated = (table) =>
    [...table.rows].map((row) => [...row.cells].map(copied).join("\t")).join("\n");

  const enableCopy = (button) => {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const table = button.closest(".table").querySelector("table");
      try {
        await navigator.clipboard.writeText(tabSeparated(table));
        button.textContent = button.dataset.done;
      } catch {
        button.textContent = button.dataset.failed;
      }
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  };

  // A header sorts its column: up, down, as printed. Totals stay below; what is not a number sorts as words.
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.raw === undefined ? cell.textContent.trim() : cell.dataset.raw;
  };

  const compare = (one, other, numeric) => {
    if (one === "" || other === "") return (one === "") - (other === "");
    return numeric ? Number(one) - Number(other) : one.localeCompare(other, document.documentElement.lang);
  };

  const sort = (table, header, printed) => {
    const order = { none: "ascending", ascending: "descending", descending: "none" }[header.ariaSort ?? "none"];
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    if (order !== "none") header.setAttribute("aria-sort", order);
    const numeric = header.classList.contains("number");
    const sign = order === "descending" ? -1 : 1;
    const sorted = order === "none" ? printed : [...printed].sort((one, other) => {
      const ends = one.classList.contains("total") - other.classList.contains("total");
      const [left, right] = [value(one, header.cellIndex), value(other, header.cellIndex)];
      return ends || (left === "" || right === "" ? 1 : sign) * compare(left, right, numeric);
    });
    table.tBodies[0].append(...sorted);
  };

  const enableSort = (table) => {
    const printed = [...table.tBodies[0].rows];
    if (printed.length < 3) return;
    for (const header of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...header.childNodes);
      header.append(button);
      button.addEventListener("click", () => sort(table, header, printed));
    }
  };

  // What a link or a printer asks for is unfolded.
  const unfold = (place) => { for (let at = place?.closest("details"); at; at = at.parentElement.closest("details")) at.open = true; };
  const asked = () => unfold(location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null);
  const folded = [...document.querySelectorAll("details.folded")];
  let closed = [];
  addEventListener("hashchange", asked);
  addEventListener("beforeprint", () => { closed = folded.filter((each) => !each.open); closed.forEach((each) => { each.open = true; }); });
  addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));
  document.querySelectorAll("[href^='#table-']").forEach((link) => link.addEventListener("click", () => unfold(document.getElementById(link.hash.slice(1)))));

  // The contents say where the reader is.
  const follow = (nav) => {
    const links = new Map([...nav.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
    const seen = new Set();
    const watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target.id);
      const current = [...links.keys()].filter((id) => seen.has(id)).pop();
      for (const [id, link] of links) id === current ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
    }, { rootMargin: "0px 0px -65% 0px" });
    for (const id of links.keys()) { const place = document.getElementById(id); if (place) watch.observe(place); }
  };

  document.querySelectorAll(".copy").forEach(enableCopy);
  document.querySelectorAll("table[data-table]").forEach(enableSort);
  const nav = document.querySelector(".contents.wide");
  if (nav && getComputedStyle(nav).display !== "none") follow(nav);
  asked();
  (async () => {
    for (const figure of document.querySelectorAll("figure[data-chart]")) await enliven(figure);
    document.documentElement.dataset.ready = "true";
  })();
})();
