"use strict";
// Charts become interactive where they stand; without this script the static drawings remain.
(() => {
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

  document.querySelectorAll(".copy").forEach(enableCopy);
  (async () => {
    for (const figure of document.querySelectorAll("figure[data-chart]")) await enliven(figure);
    document.documentElement.dataset.ready = "true";
  })();
})();
